// A set like TPC-H: its tables and questions at a scale of about one fifth, written with generate_series.
import type { WorkloadSet } from "./workload-set.ts";

const schema = `
create table region (r_regionkey int primary key, r_name text not null);
create table nation (n_nationkey int primary key, n_name text not null, n_regionkey int not null references region);
create table supplier (s_suppkey int primary key, s_name text not null, s_nationkey int not null references nation, s_acctbal numeric(12,2) not null, s_comment text);
create table part (p_partkey int primary key, p_name text not null, p_brand char(10) not null, p_type text not null, p_size int not null, p_container char(10) not null, p_retailprice numeric(12,2) not null);
create table partsupp (ps_partkey int not null references part, ps_suppkey int not null references supplier, ps_availqty int not null, ps_supplycost numeric(12,2) not null, primary key (ps_partkey, ps_suppkey));
create table customer (c_custkey int primary key, c_name text not null, c_nationkey int not null references nation, c_phone text not null, c_acctbal numeric(12,2) not null, c_mktsegment char(10) not null);
create table orders (o_orderkey int primary key, o_custkey int not null references customer, o_orderstatus char(1) not null, o_totalprice numeric(12,2) not null, o_orderdate date not null, o_orderpriority char(15) not null, o_clerk text not null, o_comment text);
create table lineitem (l_orderkey int not null references orders, l_partkey int not null, l_suppkey int not null, l_linenumber int not null, l_quantity numeric(12,2) not null, l_extendedprice numeric(12,2) not null, l_discount numeric(12,2) not null, l_tax numeric(12,2) not null, l_returnflag char(1) not null, l_linestatus char(1) not null, l_shipdate date not null, l_commitdate date not null, l_receiptdate date not null, l_shipinstruct char(25) not null, l_shipmode char(10) not null, primary key (l_orderkey, l_linenumber));
`;

const rows = [
  `select setseed(0.42)`,
  `insert into region select i, (array['AFRICA','AMERICA','ASIA','EUROPE','MIDDLE EAST'])[i+1] from generate_series(0,4) i`,
  `insert into nation select i, 'NATION '||i, i%5 from generate_series(0,24) i`,
  `insert into supplier select i, 'Supplier#'||lpad(i::text,9,'0'), (random()*24)::int, round((random()*11000-1000)::numeric,2), case when random()<0.01 then 'Customer some Complaints' else md5(i::text) end from generate_series(1,2000) i`,
  `insert into part select i, (array['almond','antique','forest','green','lemon','misty','pale','rose'])[1+(random()*7)::int]||' '||(array['blue','cream','drab','firebrick','green','ivory','peru'])[1+(random()*6)::int], 'Brand#'||(1+(random()*4)::int)||(1+(random()*4)::int), (array['STANDARD','SMALL','MEDIUM','LARGE','ECONOMY','PROMO'])[1+(random()*5)::int]||' '||(array['ANODIZED','BURNISHED','PLATED','POLISHED','BRUSHED'])[1+(random()*4)::int]||' '||(array['TIN','NICKEL','BRASS','STEEL','COPPER'])[1+(random()*4)::int], 1+(random()*49)::int, (array['SM','LG','MED','JUMBO','WRAP'])[1+(random()*4)::int]||' '||(array['CASE','BOX','BAG','JAR','PKG'])[1+(random()*4)::int], round((900+random()*1100)::numeric,2) from generate_series(1,40000) i`,
  `insert into partsupp select p, 1+(p*7+s*503)%2000, 1+(random()*9998)::int, round((random()*999+1)::numeric,2) from generate_series(1,40000) p, generate_series(0,3) s`,
  `insert into customer select i, 'Customer#'||lpad(i::text,9,'0'), (random()*24)::int, (10+(random()*24)::int)||'-'||lpad(((random()*9999999)::int)::text,7,'0'), round((random()*11000-1000)::numeric,2), (array['AUTOMOBILE','BUILDING','FURNITURE','HOUSEHOLD','MACHINERY'])[1+(random()*4)::int] from generate_series(1,30000) i`,
  `insert into orders select i, 1+(power(random(),1.5)*29998)::int, (array['O','F','P'])[1+(random()*2.04)::int], round((1000+random()*400000)::numeric,2), date '1992-01-01'+(random()*2400)::int, (array['1-URGENT','2-HIGH','3-MEDIUM','4-NOT SPECIFIED','5-LOW'])[1+(random()*4)::int], 'Clerk#'||lpad(((random()*200)::int)::text,9,'0'), case when random()<0.02 then 'special handling requests' else md5(i::text) end from generate_series(1,300000) i`,
  `insert into lineitem select o_orderkey, 1+(random()*39999)::int, 1+(random()*1999)::int, n, 1+(random()*49)::int, round((900+random()*90000)::numeric,2), round((random()*0.1)::numeric,2), round((random()*0.08)::numeric,2), (array['N','R','A'])[1+(random()*2)::int], (array['O','F'])[1+(random()*1)::int], d, d+(random()*60)::int-30, d+1+(random()*29)::int, (array['DELIVER IN PERSON','COLLECT COD','NONE','TAKE BACK RETURN'])[1+(random()*3)::int], (array['REG AIR','AIR','RAIL','SHIP','TRUCK','MAIL','FOB'])[1+(random()*6)::int] from (select o_orderkey, n, o_orderdate+1+(random()*120)::int d from orders, generate_series(1,4) n) x`,
];

const queries = [
  `select l_returnflag, l_linestatus, sum(l_quantity), sum(l_extendedprice), avg(l_discount), count(*) from lineitem where l_shipdate <= date '1998-09-02' group by 1, 2 order by 1, 2`,
  `select s_acctbal, s_name, n_name, p_partkey from part, supplier, partsupp, nation, region where p_partkey = ps_partkey and s_suppkey = ps_suppkey and p_size = 15 and p_type like '%BRASS' and s_nationkey = n_nationkey and n_regionkey = r_regionkey and r_name = 'EUROPE' and ps_supplycost = (select min(ps_supplycost) from partsupp x, supplier y where p_partkey = x.ps_partkey and y.s_suppkey = x.ps_suppkey) order by s_acctbal desc, n_name limit 100`,
  `select l_orderkey, sum(l_extendedprice*(1-l_discount)) revenue, o_orderdate from customer, orders, lineitem where c_mktsegment = 'BUILDING' and c_custkey = o_custkey and l_orderkey = o_orderkey and o_orderdate < date '1995-03-15' and l_shipdate > date '1995-03-15' group by l_orderkey, o_orderdate order by revenue desc, o_orderdate limit 10`,
  `select o_orderpriority, count(*) from orders where o_orderdate >= date '1993-07-01' and o_orderdate < date '1993-10-01' and exists (select 1 from lineitem where l_orderkey = o_orderkey and l_commitdate < l_receiptdate) group by 1 order by 1`,
  `select n_name, sum(l_extendedprice*(1-l_discount)) from customer, orders, lineitem, supplier, nation, region where c_custkey = o_custkey and l_orderkey = o_orderkey and l_suppkey = s_suppkey and c_nationkey = s_nationkey and s_nationkey = n_nationkey and n_regionkey = r_regionkey and r_name = 'ASIA' and o_orderdate >= date '1994-01-01' and o_orderdate < date '1995-01-01' group by 1 order by 2 desc`,
  `select sum(l_extendedprice*l_discount) from lineitem where l_shipdate >= date '1994-01-01' and l_shipdate < date '1994-02-01' and l_discount between 0.05 and 0.07 and l_quantity < 24`,
  `select extract(year from o_orderdate), sum(l_extendedprice) from part, supplier, lineitem, orders where p_partkey = l_partkey and s_suppkey = l_suppkey and o_orderkey = l_orderkey and p_type = 'ECONOMY ANODIZED STEEL' group by 1 order by 1`,
  `select n_name, extract(year from o_orderdate), sum(l_extendedprice*(1-l_discount) - ps_supplycost*l_quantity) from part, supplier, lineitem, partsupp, orders, nation where s_suppkey = l_suppkey and ps_suppkey = l_suppkey and ps_partkey = l_partkey and p_partkey = l_partkey and o_orderkey = l_orderkey and s_nationkey = n_nationkey and p_name like '%green%' group by 1, 2 order by 1, 2 desc`,
  `select c_custkey, c_name, sum(l_extendedprice*(1-l_discount)) revenue from customer, orders, lineitem where c_custkey = o_custkey and l_orderkey = o_orderkey and o_orderdate >= date '1993-10-01' and o_orderdate < date '1994-01-01' and l_returnflag = 'R' group by 1, 2 order by revenue desc limit 20`,
  `select ps_partkey, sum(ps_supplycost*ps_availqty) from partsupp, supplier, nation where ps_suppkey = s_suppkey and s_nationkey = n_nationkey and n_name = 'NATION 7' group by 1 having sum(ps_supplycost*ps_availqty) > 1000000 order by 2 desc`,
  `select l_shipmode, count(*) from orders, lineitem where o_orderkey = l_orderkey and l_shipmode in ('MAIL','SHIP') and l_commitdate < l_receiptdate and l_shipdate < l_commitdate and l_receiptdate >= date '1994-01-01' and l_receiptdate < date '1994-03-01' group by 1 order by 1`,
  `select c_count, count(*) from (select c_custkey, count(o_orderkey) c_count from customer left join orders on c_custkey = o_custkey and o_comment not like '%special%requests%' group by 1) x group by 1 order by 2 desc, 1 desc`,
  `select sum(case when p_type like 'PROMO%' then l_extendedprice else 0 end)/sum(l_extendedprice) from lineitem, part where l_partkey = p_partkey and l_shipdate >= date '1995-09-01' and l_shipdate < date '1995-09-15'`,
  `select p_brand, p_type, p_size, count(distinct ps_suppkey) from partsupp, part where p_partkey = ps_partkey and p_brand <> 'Brand#45' and p_size in (49,14,23,45) and ps_suppkey not in (select s_suppkey from supplier where s_comment like '%Customer%Complaints%') group by 1, 2, 3 order by 4 desc limit 50`,
  `select sum(l_extendedprice)/7.0 from lineitem, part where p_partkey = l_partkey and p_brand = 'Brand#23' and p_container = 'MED BOX' and l_quantity < (select 0.2*avg(l_quantity) from lineitem i where i.l_partkey = p_partkey)`,
  `select c_name, o_orderkey, o_totalprice from customer, orders where o_totalprice > 399000 and c_custkey = o_custkey order by o_totalprice desc limit 100`,
  `select sum(l_extendedprice*(1-l_discount)) from lineitem, part where p_partkey = l_partkey and p_brand = 'Brand#12' and p_container in ('SM CASE','SM BOX') and l_quantity between 1 and 11 and p_size between 1 and 5 and l_shipmode in ('AIR','REG AIR')`,
  `select s_name from supplier where s_suppkey in (select ps_suppkey from partsupp where ps_partkey in (select p_partkey from part where p_name like 'forest%') and ps_availqty > 5000) order by s_name limit 20`,
  `select count(*) from customer where substring(c_phone from 1 for 2) = '13' and c_acctbal > 5000 and not exists (select 1 from orders where o_custkey = c_custkey)`,
  `select * from orders where o_custkey = 4711 order by o_orderdate desc limit 20`,
  `select * from lineitem where l_partkey = 1234`,
  `select count(*) from lineitem where l_suppkey = 77 and l_shipdate >= date '1997-01-01'`,
  `select o_orderkey, o_totalprice from orders where o_clerk = 'Clerk#000000042' and o_orderstatus = 'P'`,
  `select * from orders where o_orderdate = date '1996-02-29'`,
];

const candidates = [
  `create index w1 on orders (o_custkey)`,
  `create index w2 on orders (o_orderdate)`,
  `create index w3 on orders (o_custkey, o_orderdate)`,
  `create index w4 on lineitem (l_partkey)`,
  `create index w5 on lineitem (l_suppkey, l_shipdate)`,
  `create index w6 on lineitem (l_shipdate)`,
  `create index w7 on lineitem using brin (l_shipdate)`,
  `create index w8 on part (p_brand, p_container)`,
  `create index w9 on part (p_type)`,
  `create index w10 on orders (o_clerk) where o_orderstatus = 'P'`,
  `create index w11 on lineitem (l_shipdate) include (l_extendedprice, l_discount, l_quantity)`,
  `create index w12 on orders (o_totalprice)`,
  `create index w13 on customer (substring(c_phone from 1 for 2))`,
  `create index w14 on partsupp (ps_suppkey)`,
  `create index w15 on lineitem (l_receiptdate)`,
];

export const tpch: WorkloadSet = { name: "tpch", schema, rows, queries, candidates };
