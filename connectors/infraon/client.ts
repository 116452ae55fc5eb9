import { SchemaError } from '../../errors.ts';
import { createChildReader } from './children.ts';
import { createJoiner, withJoined, type Joiner } from './joins.ts';
import { createListReader, objectSpec } from './lists.ts';
import { recordId } from './paging.ts';
import { isEmptyValue, keepOnly, readPath } from './paths.ts';
import { createTransport, type Transport } from './transport.ts';
import type { JoinSpec } from './profile.ts';
import type { ClientDeps, Cursor, InfraonClient, RawRecord } from './types.ts';

/** How long a looked-up list stays good. */
const LOOKUP_TTL_MS = 5 * 60 * 1000;

const NO_ROWS: RawRecord[] = [];

interface Lookup {
  at: number;
  /** For which run it was read. */
  run: string | undefined;
  rows: Promise<RawRecord[]>;
}

function isRecord(value: unknown): value is RawRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The record inside a detail reply, without the parts that repeat in every reply. Null when none of the roots holds one. */
function unwrapDetail(
  body: unknown,
  roots: readonly string[],
  strip: readonly string[],
  id: readonly string[],
): RawRecord | null {
  for (const root of roots) {
    const record = root === '' ? body : readPath(body, root);
    if (!isRecord(record) || recordId({ id: [...id] }, record) === null) continue;
    return Object.fromEntries(Object.entries(record).filter(([key]) => !strip.includes(key)));
  }
  return null;
}

export function createInfraonClient(deps: ClientDeps): InfraonClient {
  return clientOver(createTransport(deps), deps);
}

/** The client over a transport that already exists; probing uses it to look at single replies as well. */
export function clientOver(transport: Transport, deps: ClientDeps): InfraonClient {
  const { profile, pinned, clock } = deps;
  const lists = createListReader(transport, profile, pinned, deps.log);
  const children = createChildReader(transport, profile, pinned);
  const lookups = new Map<string, Lookup>();
  const joiners = new Map<JoinSpec, { rows: readonly RawRecord[]; joiner: Joiner }>();

  async function readWhole(object: string): Promise<RawRecord[]> {
    const spec = objectSpec(profile, object);
    const rows = new Map<string, RawRecord>();
    let cursor: Cursor | null = null;
    do {
      const page = await lists.page(object, cursor);
      if (page.restarted) rows.clear();
      for (const row of page.rows) rows.set(recordId(spec, row) ?? JSON.stringify(row), row);
      cursor = page.next;
    } while (cursor !== null);
    return [...rows.values()];
  }

  function lookupAll(object: string, run?: string): Promise<RawRecord[]> {
    const now = clock().getTime();
    const kept = lookups.get(object);
    const isOfRun = run === undefined || kept?.run === run;
    if (kept !== undefined && isOfRun && now - kept.at < LOOKUP_TTL_MS) return kept.rows;
    const rows = readWhole(object);
    lookups.set(object, { at: now, run, rows });
    rows.catch(() => lookups.delete(object));
    return rows;
  }

  /** The index over a looked-up list is built once, not once a page. */
  async function joinerOf(spec: JoinSpec, run: string | undefined): Promise<Joiner> {
    const offered =
      profile.objects[spec.object]?.enabled === true && pinned.disabled[spec.object] === undefined;
    const rows = offered ? await lookupAll(spec.object, run) : NO_ROWS;
    const kept = joiners.get(spec);
    if (kept?.rows === rows) return kept.joiner;
    const joiner = createJoiner(spec, rows);
    joiners.set(spec, { rows, joiner });
    return joiner;
  }

  async function join(object: string, rows: readonly RawRecord[], run?: string): Promise<RawRecord[]> {
    const byName = new Map<string, Joiner>();
    for (const spec of objectSpec(profile, object).joins ?? [])
      byName.set(spec.as, await joinerOf(spec, run));
    return byName.size === 0 ? [...rows] : rows.map((row) => withJoined(row, byName));
  }

  async function detail(object: string, id: string): Promise<RawRecord> {
    const spec = objectSpec(profile, object);
    if (spec.detail === undefined) {
      throw new SchemaError(`${object} has no detail path`, { code: 'source_no_detail', field: object });
    }
    const reply = await transport.get({ kind: 'detail', template: spec.detail.path, id });
    const record = unwrapDetail(reply.body, spec.detail.root ?? [''], spec.detail.strip ?? [], spec.id);
    if (record === null || isEmptyValue(record)) {
      throw new SchemaError(`the answer holds no ${object}`, { code: 'source_detail_shape', field: object });
    }
    if (recordId(spec, record) !== id) {
      throw new SchemaError(`another ${object} came than was asked for`, {
        code: 'source_wrong_record',
        field: object,
      });
    }
    return keepOnly(record, spec.keep ?? {});
  }

  return {
    profile,
    login: async () => {
      await transport.session.current();
    },
    loginState: () => transport.session.state(),
    listPage: (object, cursor, options) => lists.page(object, cursor, options?.order),
    detail,
    hasDetail: (object) => objectSpec(profile, object).detail !== undefined,
    canReadChild: (object, child) => children.canRead(object, child),
    children: (object, child, record) => children.rows(object, child, record),
    lookupAll,
    join,
    download: (url, limit) => transport.download(url, limit?.maxBytes ?? profile.media.maxBytes),
    calls: () => transport.calls(),
  };
}
