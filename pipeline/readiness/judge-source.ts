import { fail, listed, pass, type Judgement } from './judgement.ts';
import type { PreflightFacts } from './preflight-facts.ts';

/** Capabilities without which an object's records cannot be read as its map needs them. */
function neededCapabilities(facts: PreflightFacts): Set<string> {
  const needed = new Set(['reachable', 'login', 'header', 'ids_lossless']);
  for (const definition of facts.objects) {
    if (definition.source.kind !== 'endpoint' || !facts.maps.has(definition.name)) continue;
    const { object } = definition.source;
    for (const kind of ['list', 'paging', 'detail']) needed.add(`${kind}:${object}`);
    const rules = facts.maps.get(definition.name)?.rules ?? [];
    // Probing cannot find the way to the thread of records that do not exist.
    const found = facts.discovery.objects.find((entry) => entry.object === definition.name);
    // Other lists of a record (its files) may be empty all over a desk, which proves nothing either way: a warning.
    if (found?.count !== 0 && rules.some((rule) => rule.transform === 'thread'))
      needed.add('thread_selector');
  }
  return needed;
}

export function judgeCapabilities(facts: PreflightFacts): Judgement {
  const { connection } = facts;
  if (connection === undefined) return fail('Infraon is not connected, so nothing is known about it.');
  const needed = neededCapabilities(facts);
  const lacking = connection.capabilities.filter(({ id, ok }) => !ok && needed.has(id));
  const disabled = facts.objects.flatMap((definition) => {
    if (definition.source.kind !== 'endpoint' || !facts.maps.has(definition.name)) return [];
    const reason = connection.pinned.disabled[definition.source.object];
    return reason === undefined ? [] : [`${definition.plural}: ${reason}`];
  });
  const reasons = [...lacking.map(({ detail }) => detail), ...disabled];
  return reasons.length === 0
    ? pass('Everything the maps read was found when the connection was probed.')
    : fail(reasons.join(' '));
}

export function judgeAccount(facts: PreflightFacts): Judgement {
  const needed = neededCapabilities(facts);
  const weak = (facts.connection?.capabilities ?? []).filter(({ id, ok }) => !ok && !needed.has(id));
  return weak.length === 0
    ? pass('Probing found no weakness of the account or the installation.')
    : fail(weak.map(({ detail }) => detail).join(' '));
}

export function judgeDiscovery({ discovery, objects }: PreflightFacts): Judgement {
  if (discovery.state === 'idle') return fail('Nothing has been discovered yet.');
  if (discovery.state === 'running') return fail('The discovery is still running.');
  if (discovery.state === 'failed') return fail(discovery.error ?? 'The discovery failed.');
  const unread = objects.filter((definition) => {
    const found = discovery.objects.find(({ object }) => object === definition.name);
    return found === undefined || (found.fields.length === 0 && found.quality.some(unreadable));
  });
  return unread.length === 0
    ? pass(`Discovered on ${discovery.finished_at ?? ''}.`)
    : fail(`Not read: ${listed(unread.map(({ plural }) => plural))}. ${discovery.error ?? ''}`.trim());
}

function unreadable(finding: { code: string }): boolean {
  return finding.code === 'source_unreadable';
}

/** Findings of the discovery that name records a load will set aside, in words. */
const SET_ASIDE: Record<string, string> = {
  missing_email: 'without an e-mail address',
  masked_email: 'with a masked address',
  invalid_email: 'with an unreadable address',
  duplicate_email: 'with an address that another record has',
  parent_missing: 'without a record that they need',
  required_value_missing: 'without a required value',
  source_unreadable: 'that could not be read',
};

export function judgeExpectations({ discovery, objects }: PreflightFacts): Judgement {
  const expected = objects.flatMap((definition) => {
    const found = discovery.objects.find(({ object }) => object === definition.name);
    return (found?.quality ?? []).flatMap(({ code, count }) => {
      const words = SET_ASIDE[code];
      return words === undefined ? [] : [`${definition.plural} ${words}: ${count}.`];
    });
  });
  return expected.length === 0
    ? pass('The discovery found no record that will have to be set aside.')
    : pass(`These will wait for a decision after the load. ${expected.join(' ')}`);
}
