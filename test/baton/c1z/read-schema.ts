// Reads a database's schema in a form that does not depend on how its statements are written.
import type { DatabaseSync } from 'node:sqlite';

/** Tables with `column type [not null] [default d] [pk]`, and indexes with `[unique] table (columns) [where …]`. */
export interface Schema {
  readonly tables: Record<string, string[]>;
  readonly indexes: Record<string, string>;
}

export function readSchema(db: DatabaseSync): Schema {
  const names = (type: string) =>
    db
      .prepare('select name, tbl_name, sql from sqlite_master where type = ? order by name')
      .all(type)
      .map((row) => ({ name: String(row.name), table: String(row.tbl_name), sql: String(row.sql) }));

  const tables = names('table').map(({ name }) => {
    const columns = db.prepare(`select name, type, "notnull", dflt_value, pk from pragma_table_info('${name}')`).all();
    return [
      name,
      columns.map((column) =>
        [
          column.name,
          String(column.type).toLowerCase(),
          ...(column.notnull ? ['not null'] : []),
          ...(column.dflt_value === null ? [] : [`default ${column.dflt_value}`]),
          ...(column.pk ? ['primary key'] : []),
        ].join(' '),
      ),
    ];
  });
  const indexes = names('index').map(({ name, table, sql }) => {
    const columns = db.prepare(`select name from pragma_index_info('${name}')`).all();
    const where = / where (.*)$/i.exec(sql)?.[1];
    const list = db.prepare(`select "unique" from pragma_index_list('${table}') where name = ?`).get(name);
    const unique = list?.unique ? 'unique ' : '';
    return [
      name,
      `${unique}${table} (${columns.map((column) => column.name).join(', ')})${where ? ` where ${where}` : ''}`,
    ];
  });
  return { tables: Object.fromEntries(tables), indexes: Object.fromEntries(indexes) };
}
