import { recordId } from '../paging.ts';
import { firstText, readAll } from '../paths.ts';
import type { Capability } from '../types.ts';
import { amount, capability, type ListSample, type ProbeContext } from './context.ts';

const ADVICE = 'Use an account with the built-in full-access role (Infraon Admin).';

/** Share of references into a list we have seen whole that lead nowhere, above which rows are taken to be hidden. */
const HIDDEN_SHARE = 0.2;

interface Weakness {
  object: string;
  text: string;
}

/** Ids of `target` that the sampled rows of other objects refer to. */
function referencesTo(target: string, samples: readonly ListSample[]): Set<string> {
  const ids = new Set<string>();
  for (const { spec, own } of samples) {
    const paths = Object.values(spec.fields ?? {})
      .filter(({ ref }) => ref === target)
      .flatMap((field) => field.paths);
    for (const row of own) {
      for (const value of paths.flatMap((path) => readAll(row, path))) {
        // "-1" is the system actor, which is nobody.
        if ((typeof value === 'string' && value !== '' && value !== '-1') || typeof value === 'number')
          ids.add(String(value));
      }
    }
  }
  return ids;
}

function hiddenRows(sample: ListSample, samples: readonly ListSample[]): Weakness | null {
  const { object, spec } = sample;
  const referred = referencesTo(object, samples);
  if (referred.size === 0 || !sample.complete) return null;
  const known = new Set(sample.rows.map((row) => recordId(spec, row)));
  const lost = [...referred].filter((id) => !known.has(id)).length;
  if (known.size === 0)
    return {
      object,
      text: `the list of ${spec.label} is empty although other records refer to ${amount(referred.size)} of them`,
    };
  if (lost / referred.size <= HIDDEN_SHARE) return null;
  return {
    object,
    text: `${amount(lost)} of ${amount(referred.size)} ${spec.label} that other records refer to are not in their list`,
  };
}

/** A weak role makes lists silently short; this names it before a load does. */
export function judgePermissions(context: ProbeContext, samples: readonly ListSample[]): Capability {
  const { profile } = context.deps;
  const forbidden = Object.entries(context.pinned.disabled)
    .filter(([, reason]) => reason.includes('403'))
    .map(([object]) => `it may not read ${profile.objects[object]?.label ?? object}`);
  const short = samples
    .map((sample) => hiddenRows(sample, samples))
    .filter((item) => item !== null)
    .map(({ text }) => text);
  const empty = samples.filter(({ spec, rows }) => spec.neverEmpty === true && rows.length === 0);
  const weak = [...forbidden, ...short, ...empty.map(({ spec }) => `it is shown no ${spec.label} at all`)];
  return weak.length === 0
    ? capability(
        'permissions',
        true,
        'No sign was found that the account is shown only a part of the records.',
      )
    : capability('permissions', false, `The account is too weak: ${weak.join('; ')}. ${ADVICE}`);
}

/** Personal data may be starred for this account; the twin fields `unmasked_…` are preferred where they are present. */
export function judgeMasking(samples: readonly ListSample[]): Capability {
  const masked: string[] = [];
  let checked = 0;
  for (const { spec, own } of samples) {
    const paths = Object.values(spec.fields ?? {}).filter((field) => field.as === 'email');
    const values = own
      .flatMap((row) => paths.map((field) => firstText(row, field.paths)))
      .filter((value) => value !== null);
    const starred = values.filter((value) => value.includes('*')).length;
    checked += values.length;
    // A single starred address is that record's own oddity, reported with the record.
    if (starred > values.length / 2)
      masked.push(`${amount(starred)} of ${amount(values.length)} addresses of ${spec.label}`);
  }
  if (masked.length > 0) {
    return capability(
      'masking',
      false,
      `E-mail addresses are masked for this account: ${masked.join(', ')}. No contact can be made from them. ${ADVICE}`,
    );
  }
  return checked === 0
    ? capability('masking', false, 'Not tested: no e-mail address was found in the lists.')
    : capability('masking', true, `None of the lists masks its addresses (${amount(checked)} looked at).`);
}

/** Ids have up to 25 digits; sent as JSON numbers they are read digit by digit, which a plain JSON parser would not do. */
export function judgeIds(samples: readonly ListSample[]): Capability {
  const asNumbers = samples.filter(({ largeNumbers }) => largeNumbers > 0).map(({ spec }) => spec.label);
  return capability(
    'ids_lossless',
    true,
    asNumbers.length === 0
      ? 'Record ids come as text.'
      : `Record ids come as numbers too long for ordinary JSON (${asNumbers.join(', ')}); they are read digit by digit.`,
  );
}
