-- The database of the corner shop, with the mistakes that shops tend to make.
CREATE TYPE category AS ENUM ('bread', 'fruit', 'dairy', 'drinks');

CREATE TABLE customers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now()
);
-- UNIQUE made this index already.
CREATE INDEX customers_email_idx ON customers (email);

CREATE TABLE products (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL CHECK (name <> ''),
    category category NOT NULL,
    price_cents integer NOT NULL CHECK (price_cents > 0),
    barcode text
);
CREATE INDEX products_category_price_idx ON products (category, price_cents);

CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint NOT NULL REFERENCES customers (id),
    status text NOT NULL DEFAULT 'open',
    placed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX orders_open_idx ON orders (placed_at) WHERE status = 'open';

CREATE TABLE order_lines (
    order_id bigint NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    product_id uuid NOT NULL REFERENCES products (id),
    quantity integer NOT NULL CHECK (quantity > 0)
);
CREATE INDEX order_lines_order_id_idx ON order_lines (order_id);
