// A simulated application on a real database: pages that query in a loop, beside everything that only looks like it.
import type { Sql } from "postgres";

/** Foreign keys as an ordinary shop and blog have them; rows enough for pages. */
export const applicationSchema = `
  create table account (id int primary key, email text unique, name text);
  create table session (token text primary key, account_id int references account, seen timestamptz);
  create table membership (id int primary key, account_id int references account, team_id int, role text);
  create table customer (id int primary key, account_id int references account, name text);
  create table address (id int primary key, customer_id int references customer, city text, deleted_at timestamptz);
  create table supplier (id int primary key, name text);
  create table category (id int primary key, parent_id int references category, name text);
  create table product (id int primary key, category_id int references category, supplier_id int references supplier, sku text, price numeric);
  create table warehouse (id int primary key, name text);
  create table stock (id int primary key, product_id int references product, warehouse_id int references warehouse, amount int);
  create table coupon (id int primary key, code text);
  create table orders (id int primary key, customer_id int references customer, coupon_id int references coupon, total numeric, state text);
  create table order_item (id int primary key, order_id int references orders, product_id int references product, amount int);
  create table order_note (id int primary key, tenant_id int, order_id int references orders, body text);
  create table shipment (id int primary key, order_id int references orders, state text);
  create table invoice (id int primary key, order_id int references orders, due date);
  create table payment (id int primary key, invoice_id int references invoice, amount numeric);
  create table author (id int primary key, name text);
  create table post (id int primary key, author_id int references author, title text);
  create table comment (id int primary key, post_id int references post, author_id int references author, body text);
  create table post_tag (id int primary key, post_id int references post, tag text);
  create table cart (id int primary key, customer_id int references customer, seen timestamptz);
  create table cart_item (id int primary key, cart_id int references cart, product_id int references product);
  create table device (id int primary key, account_id int references account, name text);
  create table reading (id int primary key, device_id int references device, value float8);
  create table job (id int primary key, state text, account_id int references account);
  create table flag (name text primary key, value text);
  insert into account select n, 'a' || n, 'n' from generate_series(0, 999) n;
  insert into session select 't' || n, n, now() from generate_series(0, 999) n;
  insert into membership select n, n % 1000, n % 50, 'member' from generate_series(0, 1999) n;
  insert into customer select n, n, 'c' from generate_series(0, 999) n;
  insert into address select n, n % 1000, 'x', null from generate_series(0, 1999) n;
  insert into supplier select n, 's' from generate_series(0, 99) n;
  insert into category select n, null, 'c' from generate_series(0, 99) n;
  insert into product select n, n % 100, n % 100, 'k' || n, n from generate_series(0, 999) n;
  insert into warehouse select n, 'w' from generate_series(0, 49) n;
  insert into stock select n, n % 1000, n % 50, n from generate_series(0, 4999) n;
  insert into coupon select n, 'q' from generate_series(0, 99) n;
  insert into orders select n, (n * 7) % 1000, case when n % 5 < 3 then n % 100 end, n, 'open' from generate_series(0, 4999) n;
  insert into order_item select n, n / 3 % 5000, (n * 13) % 1000, 1 from generate_series(0, 14999) n;
  insert into order_note select n, 1, n % 5000, 'b' from generate_series(0, 4999) n;
  insert into shipment select n, n % 5000, 'sent' from generate_series(0, 4999) n;
  insert into invoice select n, n % 5000, current_date from generate_series(0, 4999) n;
  insert into payment select n, n % 5000, n from generate_series(0, 4999) n;
  insert into author select n, 'a' from generate_series(0, 199) n;
  insert into post select n, (n * 11) % 200, 't' from generate_series(0, 1999) n;
  insert into comment select n, n % 2000, (n * 3) % 200, 'b' from generate_series(0, 9999) n;
  insert into post_tag select n, n % 2000, 'x' from generate_series(0, 3999) n;
  insert into cart select n, n, now() from generate_series(0, 999) n;
  insert into cart_item select n, n % 1000, (n * 17) % 1000 from generate_series(0, 2999) n;
  insert into device select n, n % 1000, 'd' from generate_series(0, 999) n;
  insert into reading select n, n % 1000, n from generate_series(0, 9999) n;
  insert into job select n, 'ready', n % 1000 from generate_series(0, 999) n;
  insert into flag select 'f' || n, 'on' from generate_series(0, 9) n;
  create index on address (customer_id); create index on stock (product_id); create index on stock (warehouse_id);
  create index on order_item (order_id); create index on order_note (order_id); create index on shipment (order_id);
  create index on invoice (order_id); create index on payment (invoice_id); create index on comment (post_id);
  create index on post_tag (post_id); create index on cart_item (cart_id); create index on device (account_id);
  create index on reading (device_id); create index on membership (account_id); create index on orders (customer_id);
  create index on product (category_id); analyze`;

export interface Random {
  /** From 0 to below n. */
  below(n: number): number;
}

/** A small generator of its own, so that a run can be repeated (mulberry32). */
export const seeded = (seed: number): Random => {
  let state = seed;
  return {
    below: (n) => {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * n);
    },
  };
};

type Row = Readonly<Record<string, number | null>>;
type Ask = (sql: string, values?: readonly (number | string | readonly number[])[]) => Promise<readonly Row[]>;

interface Pattern {
  readonly name: string;
  /** Calls in a window, on average, before the load of the window. */
  readonly rate: number;
  readonly run: (ask: Ask, random: Random) => Promise<unknown>;
}

/** One query for a list, then one for each row of it. `distinct` asks once for each key on a page. */
const each = async (
  ask: Ask,
  rows: readonly Row[],
  key: string,
  sql: string,
  { distinct = false, more = [] as readonly number[] } = {},
): Promise<void> => {
  const keys = rows.map((row) => row[key]).filter((value) => value !== null && value !== undefined);
  for (const value of distinct ? new Set(keys) : keys) await ask(sql, [value, ...more]);
};

const page = (random: Random, rows: number): readonly [number, number] => {
  const from = random.below(rows - 40);
  return [from, from + 8 + random.below(15)];
};

/** What is asked in a loop: these, and no others, are to be found. */
export const looped = {
  orderCustomer: "select id, name from customer where id = $1",
  orderItems: "select * from order_item where order_id = $1",
  itemProduct: "select id, sku, price from product where id = $1",
  postAuthor: "select id, name from author where id = $1",
  postComments: "select id, body from comment where post_id = $1",
  postCommentCount: "select count(*) from comment where post_id = $1",
  commentAuthor: "select name from author where id = $1 limit $2",
  categoryProducts: "select id, sku from product where category_id = $1",
  productSupplier: "select supplier.* from supplier where supplier.id = $1 limit $2",
  productStock: "select sum(amount) from stock where product_id = $1",
  customerAddresses: "select * from address where customer_id = $1 and deleted_at is null",
  warehouseStock: "select product_id, amount from stock where warehouse_id = $1",
  invoicePayments: "select sum(amount) as paid from payment where invoice_id = $1",
  deviceReading: "select value from reading where device_id = $1 order by id desc limit 1",
  cartItems: "select ci.product_id from cart_item ci where ci.cart_id = $1",
  postTags: "select tag from post_tag where post_id = $1",
  shipments: "select state from shipment where order_id = $1",
  orderCoupon: "select code from coupon where id = $1",
  orderNotes: "select body from order_note where tenant_id = $2 and order_id = $1",
} as const;

const loops: readonly Pattern[] = [
  {
    name: "order list",
    rate: 6,
    run: async (ask, random) => {
      const rows = await ask(
        "select id, customer_id, coupon_id, total from orders where id between $1 and $2 order by id",
        page(random, 5000),
      );
      await each(ask, rows, "customer_id", looped.orderCustomer);
      await each(ask, rows, "coupon_id", looped.orderCoupon);
      await each(ask, rows, "id", looped.shipments);
    },
  },
  {
    name: "order history",
    rate: 5,
    run: async (ask, random) => {
      const rows = await ask(
        "select o.id from orders o where o.id between $1 and $2 and o.total >= 0",
        page(random, 5000),
      );
      await each(ask, rows, "id", looped.shipments);
    },
  },
  {
    name: "order export",
    rate: 4,
    run: async (ask, random) => {
      const rows = await ask(
        "select o.id as order_id, o.state from orders o where o.id between $1 and $2 limit 500",
        page(random, 5000),
      );
      for (const row of rows) {
        const items = await ask(looped.orderItems, [row["order_id"] ?? 0]);
        await each(ask, items, "product_id", looped.itemProduct);
      }
      await each(ask, rows, "order_id", looped.orderNotes, { more: [1] });
    },
  },
  {
    name: "blog",
    rate: 6,
    run: async (ask, random) => {
      const rows = await ask("select id, author_id, title from post where id between $1 and $2", page(random, 2000));
      await each(ask, rows, "author_id", looped.postAuthor, { distinct: true });
      await each(ask, rows, "id", looped.postCommentCount);
      await each(ask, rows, "id", looped.postTags);
    },
  },
  {
    name: "search",
    rate: 5,
    run: async (ask, random) => {
      const rows = await ask(
        "select p.id, p.title from post p where p.id >= $1 and p.title = 't' order by p.id limit 12",
        [random.below(1900)],
      );
      await each(ask, rows, "id", looped.postTags);
    },
  },
  {
    name: "digest",
    rate: 4,
    run: async (ask, random) => {
      const rows = await ask(
        "select id as post_id from post where id between $1 and $2 and author_id is not null",
        page(random, 2000),
      );
      for (const row of rows) {
        await ask(looped.postComments, [row["post_id"] ?? 0]);
      }
      const comments = await ask("select id, author_id from comment where id between $1 and $2", page(random, 9000));
      await each(ask, comments, "author_id", looped.commentAuthor, { more: [1] });
    },
  },
  {
    name: "catalogue",
    rate: 5,
    run: async (ask, random) => {
      const rows = await ask("select id, supplier_id from product where id between $1 and $2", page(random, 1000));
      await each(ask, rows, "supplier_id", looped.productSupplier, { more: [1] });
      await each(ask, rows, "id", looped.productStock);
    },
  },
  {
    name: "category tree",
    rate: 3,
    run: async (ask, random) =>
      each(
        ask,
        await ask("select id from category where id between $1 and $2", page(random, 100)),
        "id",
        looped.categoryProducts,
      ),
  },
  {
    name: "customers",
    rate: 4,
    run: async (ask, random) =>
      each(
        ask,
        await ask("select * from customer where id between $1 and $2", page(random, 1000)),
        "id",
        looped.customerAddresses,
      ),
  },
  {
    name: "warehouses",
    rate: 3,
    run: async (ask, random) =>
      each(
        ask,
        await ask("select id, name from warehouse where id >= $1 order by id limit 10", [random.below(40)]),
        "id",
        looped.warehouseStock,
      ),
  },
  {
    name: "dunning",
    rate: 3,
    run: async (ask, random) =>
      each(
        ask,
        await ask(
          "select i.id, o.total from invoice i join orders o on o.id = i.order_id where i.id between $1 and $2",
          page(random, 5000),
        ),
        "id",
        looped.invoicePayments,
      ),
  },
  {
    name: "fleet",
    rate: 4,
    run: async (ask, random) =>
      each(
        ask,
        await ask("select id, name from device where id between $1 and $2", page(random, 1000)),
        "id",
        looped.deviceReading,
      ),
  },
  {
    name: "open carts",
    rate: 4,
    run: async (ask, random) =>
      each(
        ask,
        await ask("select id from cart where id between $1 and $2", page(random, 1000)),
        "id",
        looped.cartItems,
      ),
  },
];

const sizes: Readonly<Record<string, number>> = {
  account: 1000,
  customer: 1000,
  address: 2000,
  supplier: 100,
  category: 100,
  product: 1000,
  warehouse: 50,
  stock: 5000,
  coupon: 100,
  orders: 5000,
  order_item: 15000,
  shipment: 5000,
  invoice: 5000,
  payment: 5000,
  author: 200,
  post: 2000,
  comment: 10000,
  cart: 1000,
  device: 1000,
  reading: 10000,
};

/** One row by its key, for a page about that row. */
const gets: readonly Pattern[] = Object.entries(sizes).map(([table, rows], i) => ({
  name: `get ${table}`,
  rate: 12 + ((i * 17) % 45),
  run: (ask, random) => ask(`select * from ${table} as shown where shown.id = $1`, [random.below(rows)]),
}));

/** Behind a cache: only what missed is asked. */
const misses: readonly Pattern[] = ["product", "category", "author", "customer", "supplier", "coupon", "warehouse"].map(
  (table, i) => ({
    name: `cache miss ${table}`,
    rate: 30 + i * 9,
    run: async (ask, random) => {
      if (random.below(10) < 3 + (i % 4))
        await ask(`select cached.id, cached.* from ${table} cached where cached.id = $1`, [
          random.below(sizes[table] ?? 1),
        ]);
    },
  }),
);

/** A page about one row and what belongs to it: one call for one row. */
const details: readonly Pattern[] = (
  [
    ["orders", "order_item", "order_id"],
    ["customer", "address", "customer_id"],
    ["customer", "orders", "customer_id"],
    ["post", "comment", "post_id"],
    ["device", "reading", "device_id"],
    ["invoice", "payment", "invoice_id"],
    ["cart", "cart_item", "cart_id"],
    ["account", "membership", "account_id"],
    ["category", "product", "category_id"],
    ["product", "stock", "product_id"],
  ] as const
).map(([parent, child, key], i) => ({
  name: `detail ${parent} ${child}`,
  rate: 8 + i * 4,
  run: async (ask, random) => {
    const id = random.below(sizes[parent] ?? 1);
    await ask(`select one.* from ${parent} one where one.id = $1`, [id]);
    await ask(`select part.* from ${child} part where part.${key} = $1 order by part.id`, [id]);
  },
}));

/** A list, and then as it should be: everything that belongs to it in one query. */
const batched: readonly Pattern[] = (
  [
    ["orders", "id", "order_item", "order_id", 5000],
    ["orders", "customer_id", "customer", "id", 5000],
    ["post", "author_id", "author", "id", 2000],
    ["post", "id", "comment", "post_id", 2000],
    ["product", "id", "stock", "product_id", 1000],
    ["invoice", "id", "payment", "invoice_id", 5000],
  ] as const
).map(([parent, key, child, to, rows], i) => ({
  name: `batched ${parent} ${child}`,
  rate: 5 + i * 2,
  run: async (ask, random) => {
    const found = await ask(
      `select b.${key} from ${parent} b where b.id between $1 and $2 and b.id is not null /* ${i} */`,
      page(random, rows),
    );
    await ask(`select * from ${child} where ${to} = any($1::int[])`, [
      `{${found.map((row) => row[key] ?? 0).join(",")}}`,
    ]);
  },
}));

/** A list, of which people open what they like. */
const browsed: readonly Pattern[] = (["orders", "post", "product", "customer", "device"] as const).map((table, i) => ({
  name: `browse ${table}`,
  rate: 6 + i * 2,
  run: async (ask, random) => {
    const rows = await ask(
      `select listed.id from ${table} listed where listed.id between $1 and $2 order by listed.id desc`,
      page(random, sizes[table] ?? 100),
    );
    for (let n = random.below(4); n > 0; n--) {
      const chosen = rows[random.below(rows.length)]?.["id"] ?? 0;
      await ask(`select opened.* from ${table} opened where opened.id = $1`, [chosen]);
    }
  },
}));

const joined: readonly Pattern[] = [
  "select o.id, c.name from orders o join customer c on c.id = o.customer_id where o.id between $1 and $2",
  "select p.id, a.name from post p join author a on a.id = p.author_id where p.id between $1 and $2",
  "select i.id, p.sku from order_item i join product p on p.id = i.product_id where i.order_id between $1 and $2",
  "select c.id, count(o.id) from customer c left join orders o on o.customer_id = c.id where c.id between $1 and $2 group by c.id",
].map((sql, i) => ({ name: `joined ${i}`, rate: 9 + i * 3, run: (ask, random) => ask(sql, page(random, 900)) }));

const background: readonly Pattern[] = [
  { name: "health check", rate: 60, run: (ask) => ask("select 1") },
  {
    name: "session",
    rate: 220,
    run: (ask, random) => ask("select account_id from session where token = $1", [`t${random.below(1000)}`]),
  },
  {
    name: "current user",
    rate: 190,
    run: (ask, random) => ask("select account.* from account where account.id = $1", [random.below(1000)]),
  },
  {
    name: "permissions",
    rate: 130,
    run: (ask, random) =>
      ask("select role from membership where account_id = $1 and team_id = $2", [random.below(1000), random.below(50)]),
  },
  {
    name: "flags",
    rate: 70,
    run: (ask, random) => ask("select value from flag where name = $1", [`f${random.below(10)}`]),
  },
  {
    name: "queue",
    rate: 80,
    run: (ask) =>
      ask("select id, account_id from job where state = 'ready' order by id limit 1 for update skip locked"),
  },
  {
    name: "poll",
    rate: 60,
    run: (ask, random) => ask("select id from job where id > $1 order by id limit 5", [random.below(990)]),
  },
  {
    name: "device poll",
    rate: 75,
    run: (ask, random) => ask("select max(id) from reading where device_id = $1", [random.below(1000)]),
  },
  {
    name: "stock check",
    rate: 55,
    run: (ask, random) =>
      ask("select amount from stock where product_id = $1 and warehouse_id = $2", [
        random.below(1000),
        random.below(50),
      ]),
  },
  {
    name: "order state",
    rate: 65,
    run: (ask, random) => ask("select state from orders where id = $1", [random.below(5000)]),
  },
  { name: "count orders", rate: 15, run: (ask) => ask("select count(*) from orders where state = 'open'") },
  {
    name: "autocomplete",
    rate: 35,
    run: (ask, random) => ask("select id, sku from product where sku like $1 limit 10", [`k${random.below(100)}%`]),
  },
  {
    name: "batch job",
    rate: 3,
    run: async (ask, random) => {
      for (const row of await ask(
        "select id from cart where seen is not null and id between $1 and $2",
        page(random, 1000),
      )) {
        await ask("update cart set seen = now() where id = $1", [row["id"] ?? 0]);
      }
    },
  },
  {
    name: "keyset export",
    rate: 2,
    run: async (ask, random) => {
      let last = random.below(500);
      for (let n = 0; n < 6; n++)
        last = (await ask("select id from payment where id > $1 order by id limit 25", [last])).at(-1)?.["id"] ?? 0;
    },
  },
  { name: "dashboard by the clock", rate: -10, run: (ask) => ask("select id, name from supplier where id < 8") },
  {
    name: "probe by the clock",
    rate: -80,
    run: (ask) => ask("select count(*) as products from product where supplier_id = $1", [5]),
  },
];

export const patterns: readonly Pattern[] = [
  ...loops,
  ...gets,
  ...misses,
  ...details,
  ...batched,
  ...browsed,
  ...joined,
  ...background,
];

export interface Simulation {
  readonly windows: number;
  /** `mixed`: each page has its own ups and downs; `tide`: all of them rise and fall together, within a tenth. */
  readonly load: "mixed" | "tide";
  /** A factor on all rates. */
  readonly scale: number;
  readonly seed: number;
}

/** Runs the application, a window after the other; `look` is called before the first and after each. */
export const simulate = async (
  client: Sql,
  { windows, load, scale, seed }: Simulation,
  look: () => Promise<void>,
): Promise<void> => {
  const random = seeded(seed);
  const between = (low: number, high: number): number => low + ((high - low) * random.below(10_000)) / 10_000;
  const ask: Ask = (sql, values = []) =>
    client.unsafe<Record<string, number | null>[]>(sql, [...values] as (string | number)[]);
  await look();
  for (let n = 0; n < windows; n++) {
    const tide = between(0.4, 1.6);
    for (const { rate, run } of patterns) {
      // A negative rate is a clock's: the same in every window.
      const factor = rate < 0 ? -1 : load === "tide" ? tide * between(0.9, 1.1) : between(0.3, 1.7);
      for (let calls = Math.max(1, Math.round(rate * factor * scale)); calls > 0; calls--) await run(ask, random);
    }
    await look();
  }
};
