// The part of libpg-query's WebAssembly module that is used; the package types its own loader alone.
declare module "libpg-query/wasm/libpg-query.js" {
  interface Instance {
    lengthBytesUTF8(text: string): number;
    stringToUTF8(text: string, pointer: number, size: number): void;
    UTF8ToString(pointer: number): string;
    getValue(pointer: number, type: "i32"): number;
    _malloc(size: number): number;
    _free(pointer: number): void;
    _wasm_parse_query_raw(sql: number): number;
    _wasm_free_parse_result(result: number): void;
  }
  interface Options {
    instantiateWasm(
      imports: Bun.WebAssembly.Imports,
      done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
    ): object;
  }
  const load: (options: Options) => Promise<Instance>;
  export default load;
}
