import { AppError } from '../../../errors.ts';
import { readPath } from '../paths.ts';
import type { InfraonProfile } from '../profile.ts';
import type { Capability } from '../types.ts';
import { amount, capability, type ProbeContext } from './context.ts';

function withoutNames(path: string): string {
  return path.replaceAll(/\{[^}]*\}/g, '{}');
}

/** Objects of the profile whose list path the tenant's own document does not name. */
function unlisted(profile: InfraonProfile, known: ReadonlySet<string>): string[] {
  return Object.values(profile.objects)
    .filter((object) => object.enabled && !known.has(withoutNames(object.list.path)))
    .map((object) => object.label);
}

function gains(profile: InfraonProfile, known: ReadonlySet<string>): string[] {
  const used = new Set(Object.values(profile.objects).map((object) => withoutNames(object.list.path)));
  return [...known].filter(
    (path) => !used.has(path) && profile.schema.gainWords.some((word) => path.includes(word)),
  );
}

/**
 * Compares the profile with the server's own OpenAPI document, where it shows one. The document is known to leave out
 * paths that work, so it informs and decides nothing: whether an object is there, its list says.
 */
export async function probeSchema(context: ProbeContext): Promise<Capability> {
  const { profile } = context.deps;
  try {
    const reply = await context.transport.get({
      kind: 'detail',
      template: profile.schema.path,
      query: profile.schema.query,
    });
    const paths = readPath(reply.body, 'paths');
    if (typeof paths !== 'object' || paths === null) {
      return capability(
        'schema',
        false,
        'The description of its API that this installation shows is not readable.',
      );
    }
    const known = new Set(Object.keys(paths).map(withoutNames));
    const missing = unlisted(profile, known);
    const extra = gains(profile, known);
    const sentences = [
      `This installation describes ${amount(known.size)} paths of its API.`,
      missing.length === 0 ? 'All lists we read are among them.' : `Not among them: ${missing.join(', ')}.`,
      ...(extra.length === 0
        ? []
        : [`It also names paths that may be of use: ${extra.slice(0, 10).join(', ')}.`]),
    ];
    return capability('schema', true, sentences.join(' '));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return capability(
      'schema',
      false,
      'This installation does not show the description of its API; every path was tried instead.',
    );
  }
}
