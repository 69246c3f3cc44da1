// Fastify passes the framework contract, in process.
import { frameworkContract } from "../testing/framework-contract.ts";
import { fastify } from "../../plugins/fastify.ts";

frameworkContract("fastify", () => fastify);
