// The queries for functions, procedures and aggregates.
import { functionName, notMember, operatorName, roleName, section } from "./sql.ts";

const types = `(select coalesce(json_agg(pg_catalog.format_type(o.type, null) order by o.n), '[]')
                  from unnest(p.proargtypes::oid[]) with ordinality o(type, n))`;

const parameters = `(select coalesce(json_agg(json_build_object('mode', coalesce(p.proargmodes[o.n], 'i'), 'name', nullif(p.proargnames[o.n], ''),
                                                               'type', pg_catalog.format_type(o.type, null)) order by o.n), '[]')
                       from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality o(type, n))`;

const common = `'oid', p.oid, 'schema', ns.name, 'name', p.proname, 'owner', ${roleName("p.proowner")}, 'acl', p.proacl::text[],
       'kind', p.prokind, 'types', ${types}, 'arguments', pg_catalog.pg_get_function_arguments(p.oid), 'parallel', p.proparallel`;

const from = `
     from pg_catalog.pg_proc p join ns on ns.oid = p.pronamespace`;

/** The constructors of a range type are part of it. */
const notInternal = `not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid
                                    and d.deptype = 'i' and d.refclassid = 'pg_catalog.pg_type'::regclass)`;

const routines = section(
  "routines",
  `select json_build_object(${common}, 'parameters', ${parameters}, 'returns', pg_catalog.pg_get_function_result(p.oid), 'language', l.lanname,
       'volatility', p.provolatile, 'strict', p.proisstrict, 'definer', p.prosecdef, 'leakproof', p.proleakproof, 'cost', p.procost, 'rows', p.prorows,
       'support', case when p.prosupport <> 0 then ${functionName("p.prosupport")} end, 'settings', p.proconfig,
       'sql', pg_catalog.pg_get_function_sqlbody(p.oid), 'source', p.prosrc, 'library', p.probin,
       'definition', pg_catalog.pg_get_functiondef(p.oid))
     ${from} join pg_catalog.pg_language l on l.oid = p.prolang
    where p.prokind <> 'a' and ${notMember("pg_proc", "p.oid")} and ${notInternal}`,
  "p.oid",
);

const modify = (code: string): string =>
  `case ${code} when 'r' then 'read_only' when 's' then 'shareable' else 'read_write' end`;

/** The parts of CREATE AGGREGATE, null where not given. What the server settles by itself is left out. */
const parts = `json_build_object(
       'sfunc', a.aggtransfn::regproc, 'stype', pg_catalog.format_type(a.aggtranstype, null), 'sspace', nullif(a.aggtransspace, 0),
       'finalfunc', nullif(a.aggfinalfn::oid, 0)::regproc, 'finalfunc_extra', nullif(a.aggfinalextra, false),
       'finalfunc_modify', case when a.aggfinalfn::oid <> 0 then ${modify("a.aggfinalmodify")} end,
       'combinefunc', nullif(a.aggcombinefn::oid, 0)::regproc, 'serialfunc', nullif(a.aggserialfn::oid, 0)::regproc,
       'deserialfunc', nullif(a.aggdeserialfn::oid, 0)::regproc, 'initcond', a.agginitval,
       'msfunc', nullif(a.aggmtransfn::oid, 0)::regproc, 'minvfunc', nullif(a.aggminvtransfn::oid, 0)::regproc,
       'mstype', case when a.aggmtranstype <> 0 then pg_catalog.format_type(a.aggmtranstype, null) end, 'msspace', nullif(a.aggmtransspace, 0),
       'mfinalfunc', nullif(a.aggmfinalfn::oid, 0)::regproc, 'mfinalfunc_extra', nullif(a.aggmfinalextra, false),
       'mfinalfunc_modify', case when a.aggmfinalfn::oid <> 0 then ${modify("a.aggmfinalmodify")} end,
       'minitcond', a.aggminitval, 'sortop', case when a.aggsortop <> 0 then ${operatorName("a.aggsortop")} end)`;

const aggregates = section(
  "aggregates",
  `select json_build_object(${common}, 'form', a.aggkind, 'returns', pg_catalog.format_type(p.prorettype, null), 'parts', ${parts})
     ${from} join pg_catalog.pg_aggregate a on a.aggfnoid = p.oid
    where ${notMember("pg_proc", "p.oid")}`,
  "p.oid",
);

export const routineSections = [routines, aggregates];
