import { useState } from 'react';
import { CSV_LIMIT_BYTES, importStockEndpoint, type CsvImportView } from '#contracts';
import { useAction } from '../../app/use-action.ts';
import { useServices } from '../../app/use-services.ts';
import { problemText } from '../../core/api/problems.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Table } from '../../ui/table.tsx';
import { toast } from '../../ui/toast.tsx';
import { useShop } from '../shop-context.ts';

/** Rows shown of a dry run; the rest is summed up. */
const SHOWN_ROWS = 50;

/** Takes in a stock file: a dry run shows what would change, only then it is booked. */
export function ImportDialog({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const { shopId } = useShop();
  const { api } = useServices();
  const [file, setFile] = useState<string | null>(null);
  const [preview, setPreview] = useState<CsvImportView | null>(null);
  const send = useAction(
    (body: string, dryRun: boolean) =>
      api.call(importStockEndpoint, {
        params: { shopId },
        query: { dryRun: String(dryRun) },
        headers: { 'content-type': 'text/csv' },
        body,
      } as Parameters<typeof api.call<typeof importStockEndpoint>>[1]),
    { quiet: true },
  );
  const choose = async (chosen: File | undefined) => {
    setPreview(null);
    if (!chosen) return setFile(null);
    if (chosen.size > CSV_LIMIT_BYTES) return toast('The file is larger than 8 MB.', 'bad');
    const text = await chosen.text();
    setFile(text);
    setPreview((await send.run(text, true)) ?? null);
  };
  const book = async () => {
    const booked = file === null ? undefined : await send.run(file, false);
    if (!booked) return;
    toast(
      booked.repeated
        ? 'This file was booked before; nothing changed.'
        : `Booked: ${booked.changed} of ${booked.rows} rows changed something.`,
      'good',
    );
    onDone();
    onClose();
  };
  const faults = preview?.faults ?? faultsOf(send.problem);
  return (
    <Dialog
      open
      onClose={onClose}
      title="Import stock"
      footer={
        <Button
          look="primary"
          busy={send.busy}
          disabled={!preview || preview.faults.length > 0 || preview.changed === 0}
          onClick={() => void book()}
        >
          {bookLabel(preview?.changed ?? 0)}
        </Button>
      }
    >
      <div className="stack">
        <TextField
          label="CSV file"
          type="file"
          accept=".csv,text/csv"
          hint="Shopify's inventory or product file; rows are matched by SKU. Nothing is booked before you say so."
          onChange={(event) => void choose(event.target.files?.[0])}
        />
        {send.problem && faults.length === 0 && <Notice tone="bad">{problemText(send.problem)}</Notice>}
        {faults.length > 0 && <Faults faults={faults} />}
        {preview && preview.faults.length === 0 && <Preview preview={preview} />}
      </div>
    </Dialog>
  );
}

function bookLabel(changes: number): string {
  if (changes === 0) return 'Book';
  return changes === 1 ? 'Book 1 change' : `Book ${changes} changes`;
}

interface CsvFault {
  row: number;
  column: string;
  message: string;
}

function faultsOf(problem: unknown): CsvFault[] {
  const rows = (problem as { rows?: CsvFault[] } | null)?.rows;
  return Array.isArray(rows) ? rows : [];
}

function Faults({ faults }: { faults: CsvFault[] }) {
  return (
    <>
      <Notice tone="bad" title="Nothing was booked">
        Correct these rows in the file and choose it again.
      </Notice>
      <Table
        caption="Faults in the file"
        rows={faults.slice(0, SHOWN_ROWS)}
        rowKey={(fault) => `${fault.row} ${fault.column}`}
        columns={[
          { key: 'row', title: 'Row', numeric: true, render: (fault) => fault.row },
          { key: 'column', title: 'Column', render: (fault) => fault.column },
          { key: 'message', title: 'Fault', render: (fault) => fault.message },
        ]}
      />
    </>
  );
}

function Preview({ preview }: { preview: CsvImportView }) {
  return (
    <>
      <Notice
        tone="info"
        title={
          preview.changed === 0
            ? 'Nothing would change'
            : `${preview.changed} of ${preview.rows} rows would change something`
        }
      >
        {preview.repeated && 'This very file was booked before.'}
      </Notice>
      {preview.changes.length > 0 && (
        <Table
          caption="What would change"
          rows={preview.changes.slice(0, SHOWN_ROWS)}
          rowKey={(change) => change.variantId}
          columns={[
            { key: 'title', title: 'Variant', render: (change) => change.title },
            { key: 'sku', title: 'SKU', wideOnly: true, render: (change) => <code>{change.sku}</code> },
            { key: 'from', title: 'Now', numeric: true, render: (change) => change.from },
            { key: 'to', title: 'Then', numeric: true, render: (change) => change.to },
          ]}
        />
      )}
    </>
  );
}
