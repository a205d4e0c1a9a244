// SPDX-License-Identifier: BSD-2-Clause
import { useMemo, useState } from 'react';
import { type ByteCell, type FieldDifference, packetDiff } from './packet-diff.ts';

interface PacketBytesProps {
  readonly expectedHex: string;
  readonly actualHex: string;
}

/** Two packets as Wireshark would show their bytes, what differs marked, and the header fields that differ named. */
export function PacketBytes({ expectedHex, actualHex }: PacketBytesProps) {
  const diff = useMemo(() => packetDiff(expectedHex, actualHex), [expectedHex, actualHex]);
  const [field, setField] = useState<string>();
  return (
    <figure className="packet-bytes">
      <FieldTable fields={diff.fields} />
      <div className="packet-sides" onPointerLeave={() => setField(undefined)}>
        <Side name="expected" bytes={diff.expectedBytes} rows={diff.rows} field={field} onField={setField} />
        <Side name="actual" bytes={diff.actualBytes} rows={diff.rows} field={field} onField={setField} />
      </div>
      <figcaption className="dim">
        {field ?? 'Point at a byte to see which header field it belongs to.'}
      </figcaption>
    </figure>
  );
}

function FieldTable({ fields }: { readonly fields: readonly FieldDifference[] }) {
  if (fields.length === 0) return <p>The two packets are equal.</p>;
  return (
    <table className="packet-fields">
      <thead>
        <tr>
          <th>Field</th>
          <th>Expected</th>
          <th>Came</th>
        </tr>
      </thead>
      <tbody>
        {fields.map(({ field, expected, actual }) => (
          <tr key={field}>
            <th scope="row">{field}</th>
            <td>{expected}</td>
            <td>{actual}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface SideProps {
  readonly name: 'expected' | 'actual';
  readonly bytes: number;
  readonly rows: readonly (readonly ByteCell[])[];
  readonly field: string | undefined;
  readonly onField: (field: string) => void;
}

function Side({ name, bytes, rows, field, onField }: SideProps) {
  return (
    <div className="packet-side" data-side={name}>
      <p>
        {name === 'expected' ? 'Expected' : 'Came'}, {bytes} bytes
      </p>
      <div className="packet-rows">
        {rows.map((row) => (
          <div key={row[0]?.offset} className="packet-row">
            <span className="packet-offset">{row[0]?.offset.toString(16).padStart(4, '0')}</span>
            {row.map((cell) => (
              <span
                key={cell.offset}
                className="packet-byte"
                data-differs={cell.differs}
                data-field={cell.field === field}
                onPointerEnter={() => onField(cell.field)}
              >
                {cell[name] ?? '··'}
              </span>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}
