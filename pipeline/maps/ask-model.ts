import { z } from 'zod';
import type { ModelClient } from '../../connectors/model/client.ts';
import { messageOf } from '../../errors.ts';
import type { ObjectDefinition } from '../../objects/define-object.ts';
import type { InventoryField } from '../../objects/mapping.ts';
import type { Deps } from '../deps.ts';

/** Fields of one question: more would not fit a small model's window. */
const MOST_FIELDS = 120;

const Answer = z.object({
  pairs: z.array(z.object({ field: z.string(), same_as: z.string() })).max(MOST_FIELDS),
});

const INSTRUCTION = [
  'You match fields of an IT service desk. "missing" are fields of our catalogue that are empty in this desk;',
  '"found" are fields that this desk has instead. Their labels may be in any language.',
  'Answer with JSON only: {"pairs":[{"field":"<key of missing>","same_as":"<key of found>"}]}.',
  'Give a pair only when both mean the same thing. An empty list is a good answer.',
].join(' ');

/**
 * What a language model takes for the same thing under another name, catalogue field → discovered field. It is told
 * names, labels and types, never a value of a record. Off unless configured; a model that is down or talks nonsense
 * changes nothing, because a proposal is made without it just as well.
 */
export async function askForSameMeaning(
  deps: Pick<Deps, 'log'> & { model: ModelClient | undefined },
  definition: ObjectDefinition,
  inventory: readonly InventoryField[],
): Promise<ReadonlyMap<string, string>> {
  if (deps.model === undefined) return new Map();
  const known = new Set(definition.fields.map(({ key }) => key));
  const isEmpty = new Set(inventory.filter((field) => field.fill_rate === 0).map(({ key }) => key));
  const missing = definition.fields.filter(
    (field) => isEmpty.has(field.key) && definition.mapping.some((rule) => rule.source === field.key),
  );
  const found = inventory.filter((field) => !known.has(field.key) && field.fill_rate > 0);
  if (missing.length === 0 || found.length === 0) return new Map();
  const describe = ({ key, label, type }: { key: string; label: string; type: string }) => ({
    key,
    label,
    type,
  });
  try {
    const answer = await deps.model.ask(INSTRUCTION, {
      record: definition.label,
      missing: missing.slice(0, MOST_FIELDS).map(describe),
      found: found.slice(0, MOST_FIELDS).map(describe),
    });
    return new Map(Answer.parse(answer).pairs.map(({ field, same_as }) => [field, same_as]));
  } catch (error) {
    deps.log.warn({ object: definition.name, reason: messageOf(error) }, 'the mapping model was of no help');
    return new Map();
  }
}
