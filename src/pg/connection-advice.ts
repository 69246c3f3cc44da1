// What a connection string tells about poolers and TLS before anybody connects: the quirks of PgBouncer, Neon and Supabase.
import type { Finding } from "../kernel/finding.ts";
import type { Host, Target } from "./connection.ts";

interface Pooler {
  readonly name: string;
  readonly is: (host: Host) => boolean;
  readonly loses: string;
  readonly help: string;
}

const transactionMode =
  "session state is lost between transactions: SET, LISTEN, advisory locks, temporary tables, SQL PREPARE";

const poolers: readonly Pooler[] = [
  {
    name: "Neon's pooler",
    is: ({ host }) => /-pooler\.[\w.-]*neon\.(tech|build)$/i.test(host),
    loses: transactionMode,
    help: "migrations and LISTEN go to the same host without -pooler",
  },
  {
    name: "Supabase's pooler in transaction mode",
    is: ({ host, port }) => /\.pooler\.supabase\.com$/i.test(host) && port === 6543,
    loses: transactionMode,
    help: "migrations go to port 5432 of the same host (sessions), or to db.<project>.supabase.co; switch named prepared statements off in the driver",
  },
  {
    name: "PgBouncer (by its usual port)",
    is: ({ port }) => port === 6432,
    loses: transactionMode,
    help: "in transaction mode, named prepared statements of the protocol work from PgBouncer 1.21 on; migrations connect to the server itself",
  },
];

const isLocal = ({ host }: Host): boolean =>
  host.startsWith("/") || host === "localhost" || host === "::1" || /^127\./.test(host);

/** Modes that accept whatever certificate is shown, or none. */
const unverified = ["disable", "allow", "prefer", "require"];

const at = ({ host, port }: Host) => ({ kind: "object" as const, type: "connection", name: `${host}:${port}` });

/** Notes, but for a connection that leaves the machine without being able to know whom it reached. */
export const connectionAdvice = (target: Target): readonly Finding[] => {
  const findings: Finding[] = [];
  for (const host of target.hosts) {
    const pooler = poolers.find(({ is }) => is(host));
    if (pooler !== undefined) {
      findings.push({
        rule: "db/pooled-connection",
        severity: "info",
        message: `this connection goes through ${pooler.name}: ${pooler.loses}`,
        at: at(host),
        help: pooler.help,
      });
    }
    if (!isLocal(host) && unverified.includes(target.sslMode)) {
      const plain = target.sslMode === "disable" || target.sslMode === "allow";
      findings.push({
        rule: "db/unverified-connection",
        severity: plain ? "warning" : "info",
        message: `sslmode=${target.sslMode} ${plain ? "sends everything in the clear" : "encrypts without checking who answers, where no root certificate is named"}`,
        at: at(host),
        help: "sslmode=verify-full, with sslrootcert=system for public certificates (libpq 16) or the hoster's own root certificate",
      });
    }
  }
  return findings;
};
