// Koa passes the framework contract, in process.
import { frameworkContract } from "../testing/framework-contract.ts";
import { koa } from "../../plugins/koa.ts";

frameworkContract("koa", () => koa);
