import { bottleneckText } from '../../pipeline/runs/bottleneck.ts';
import { LEDGER_COLUMNS, type RunDocument } from '../../pipeline/runs/run-document.ts';

export interface DemoReport {
  sample: RunDocument;
  full: RunDocument;
  rejections: { object: string; code: string; count: number }[];
  /** Messages the simulated workspace would have sent to people. */
  mails: number;
  calls: Record<string, { total: number; per_record: number }>;
  addresses: Record<string, string>;
}

/** 0 when the load balances, nothing is unexplained and nobody was disturbed. */
export function exitCode(report: DemoReport): 0 | 1 {
  const runs = [report.sample, report.full];
  const good = runs.every((run) => {
    const { mismatch, missing, extra, late } = run.verification;
    return run.state === 'completed' && run.balanced && mismatch + missing + extra + late === 0;
  });
  return good && report.mails === 0 ? 0 : 1;
}

/** How many records of each object were set aside for each reason. */
export function countByReason(
  rejections: readonly { object: string; code: string }[],
): DemoReport['rejections'] {
  const counts = new Map<string, DemoReport['rejections'][number]>();
  for (const { object, code } of rejections) {
    const key = `${object} ${code}`;
    counts.set(key, { object, code, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()];
}

/** The report as a table for a terminal. */
export function renderReport(report: DemoReport): string {
  const lines: string[] = [];
  for (const run of [report.sample, report.full]) {
    lines.push(
      '',
      `${run.kind.toUpperCase()} RUN: ${run.state.replaceAll('_', ' ')}, ${run.balanced ? 'balanced' : 'NOT BALANCED'}`,
    );
    lines.push(row('', LEDGER_COLUMNS));
    for (const [object, counts] of Object.entries(run.objects)) {
      lines.push(
        row(
          object.replaceAll('_', ' '),
          LEDGER_COLUMNS.map((column) => String(counts[column])),
        ),
      );
    }
    const { checked, ...classes } = run.verification;
    const found = Object.entries(classes).filter(([, count]) => count > 0);
    lines.push(
      `read back: ${checked} values; ${found.map(([name, count]) => `${name.replaceAll('_', ' ')} ${count}`).join(', ')}`,
    );
    lines.push(...edgeLines(run));
    const limit = bottleneckText(run.bottleneck);
    if (limit !== undefined) lines.push(`limited by ${limit}`);
  }
  lines.push('', 'WAITING FOR A PERSON');
  for (const { object, code, count } of report.rejections)
    lines.push(`  ${count} × ${object.replaceAll('_', ' ')}: ${code}`);
  lines.push('', `messages sent to people: ${report.mails}`);
  lines.push(
    `calls: ${Object.entries(report.calls)
      .map(([object, calls]) => `${object.replaceAll('_', ' ')} ${calls.total} (${calls.per_record} each)`)
      .join(', ')}`,
  );
  lines.push('', 'OPEN');
  for (const [name, address] of Object.entries(report.addresses))
    lines.push(`  ${name.padEnd(9)} ${address}`);
  return `${lines.join('\n')}\n`;
}

/** Links by type; columns in which every type has none are left out. */
function edgeLines({ edges }: RunDocument): string[] {
  const columns = EDGE_COLUMNS.filter((column) => edges.some((edge) => edge[column] > 0));
  if (columns.length === 0) return [];
  return [
    row('links', columns),
    ...edges.map((edge) =>
      row(
        `${edge.from} > ${edge.to}`.replaceAll('_', ' '),
        columns.map((column) => String(edge[column])),
      ),
    ),
  ];
}

const EDGE_COLUMNS = ['expected', 'made', 'verified', 'missing', 'rejected', 'dangling', 'waiting'] as const;

function row(title: string, cells: readonly string[]): string {
  return title.padEnd(38) + cells.map((cell) => cell.padStart(11)).join('');
}
