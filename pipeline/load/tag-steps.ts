import { NotFoundError } from '../../errors.ts';
import type { Loaded, LoadContext, Step } from './destination.ts';
import { addTagStep, requireId } from './steps.ts';

type SendTag = (context: LoadContext, id: string, tagId: string) => Promise<unknown>;

export interface TagCalls {
  add: { operation: string; send: SendTag };
  remove: { operation: string; send: SendTag };
}

/**
 * Tags of a record. Once it was looked at, a tag that is there costs nothing, one that was taken away at the source is
 * taken away, and one that came back is given again.
 */
export function tagSteps(tags: readonly string[], existing: Loaded | undefined, calls: TagCalls): Step[] {
  const { add, remove } = calls;
  const update = existing?.update;
  if (update === undefined) return tags.map((name) => addTagStep(name, add.operation, add.send));
  const before = 'tags' in update.last ? update.last.tags : [];
  const wanted = new Set(tags.map((name) => name.toLowerCase()));
  return [
    ...before
      .filter((name) => !wanted.has(name.toLowerCase()) && !update.kept.has(`tags.${name}`))
      .map((name) => removeTagStep(name, remove.operation, remove.send)),
    ...tags
      .filter((name) => update.differs.has(`tags.${name}`))
      .map((name) => addTagStep(name, add.operation, add.send, 'run')),
  ];
}

/** A tag that somebody has taken away already answers 404 (Intercom API 2.16, DELETE …/tags/{id}). */
function removeTagStep(name: string, operation: string, send: SendTag): Step {
  return {
    key: `untag:${name}`,
    once: 'run',
    operation,
    identity: { tag: name },
    async perform(context, target) {
      try {
        await send(context, requireId(target), await context.tagId(name));
      } catch (error) {
        if (!(error instanceof NotFoundError)) throw error;
      }
      return {};
    },
    // Taking it away again changes nothing.
    probe: () => Promise.resolve('repeat'),
  };
}
