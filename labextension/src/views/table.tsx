import * as React from 'react';

/** A column: its heading, and what stands in the cell of a row. */
export interface IColumn<Row> {
  readonly heading: React.ReactNode;
  readonly isNumber?: boolean;
  cell(row: Row): React.ReactNode;
}

/** A table that scrolls by itself where it is too wide, also by keys. The first column may name the rows. */
export function Table<Row>({
  label,
  caption,
  columns,
  rows,
  name
}: {
  label: string;
  caption?: string;
  columns: readonly IColumn<Row>[];
  rows: readonly Row[];
  /** Gives the names of rows, which stand in a column of their own under the heading. */
  name?: { readonly heading: string; of(row: Row): string };
}): React.ReactElement {
  const kind = (column: IColumn<Row>): string | undefined => (column.isNumber ? 'bpl-Table-number' : undefined);
  return (
    <div className="bpl-Scroll" role="region" aria-label={label} tabIndex={0}>
      <table className="bpl-Table">
        {caption ? <caption className="bpl-Table-caption">{caption}</caption> : null}
        <thead>
          <tr>
            {name ? <th scope="col">{name.heading}</th> : null}
            {columns.map((column, i) => (
              <th key={i} scope="col" className={kind(column)}>
                {column.heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, j) => (
            <tr key={j}>
              {name ? <th scope="row">{name.of(row)}</th> : null}
              {columns.map((column, i) => (
                <td key={i} className={kind(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
