// Express passes the framework contract, in process.
import { frameworkContract } from "../testing/framework-contract.ts";
import { express } from "../../plugins/express.ts";

frameworkContract("express", () => express);
