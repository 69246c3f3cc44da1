// Style sheets and browser scripts are imported as text: `import text from "./x.css" with { type: "text" }`.
declare module "*.css" {
  const text: string;
  export default text;
}
declare module "*.client.js" {
  const text: string;
  export default text;
}
declare module "*.iife.min.js" {
  const text: string;
  export default text;
}
