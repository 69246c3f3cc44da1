// The bundled example is imported as text.
declare module "*.yaml" {
  const text: string;
  export default text;
}
declare module "*.sql" {
  const text: string;
  export default text;
}
