// Files that are imported for their path (`with { type: "file" }`).
declare module "*.tar.gz" {
  const path: string;
  export default path;
}
declare module "*.tar.zst" {
  const path: string;
  export default path;
}
declare module "*.wasm" {
  const path: string;
  export default path;
}
declare module "*.data" {
  const path: string;
  export default path;
}
