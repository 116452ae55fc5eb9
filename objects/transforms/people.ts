import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js';
import { z } from 'zod';
import { textOf } from '../read-values.ts';
import { defineTransform, issueOf } from './transform.ts';

const EMAIL = /^[^\s@<>()[\],;:"\\]+@[^\s@<>()[\],;:"\\.]+(\.[^\s@<>()[\],;:"\\.]+)+$/u;

/** The address in the form that Intercom compares: trimmed, lower case, without `mailto:` and angle brackets. */
export function normalEmail(value: string): string {
  const bare = /^[^<]*<([^<>]+)>$/.exec(value.trim())?.[1] ?? value.trim();
  return bare.replace(/^mailto:/i, '').toLowerCase();
}

export const email = defineTransform({
  options: z.strictObject({
    /** A person without an address is set aside unless somebody allowed this one. */
    required: z.boolean().default(false),
  }),
  accepts: ['email', 'string'],
  produces: 'email',
  handlesEmpty: true,
  apply(value, options, context) {
    const address = normalEmail(textOf(value) ?? '');
    if (address === '') {
      if (!options.required || context.allowedWithoutEmail) return { value: undefined };
      return {
        issue: issueOf(context, 'missing_email', null, 'This person has no e-mail address.', {
          suggestion: 'Supply an address, or allow the record to be loaded with its external id only.',
        }),
      };
    }
    if (address.includes('*')) {
      return {
        issue: issueOf(context, 'masked_email', address, 'Infraon shows this address masked.', {
          suggestion: 'Supply the real address, or give the Infraon account the right to see personal data.',
        }),
      };
    }
    if (address.length <= 254 && EMAIL.test(address)) return { value: address };
    return {
      issue: issueOf(context, 'value_not_allowed', textOf(value), 'This is not an e-mail address.', {
        suggestion: 'Correct the address.',
      }),
    };
  },
});

/**
 * For addresses that decorate a record and are not its identity (a teammate to match, a notification address): what
 * cannot be used is left out with a warning.
 */
export const optionalEmail = defineTransform({
  options: z.strictObject({}),
  accepts: ['email', 'string'],
  produces: 'email',
  apply(value, _options, context) {
    const address = normalEmail(textOf(value) ?? '');
    if (address === '') return { value: undefined };
    if (!address.includes('*') && EMAIL.test(address)) return { value: address };
    const code = address.includes('*') ? 'masked_email' : 'value_not_allowed';
    const message = 'This address cannot be used and was left out.';
    return { value: undefined, warnings: [issueOf(context, code, textOf(value), message)] };
  },
});

export const phone = defineTransform({
  options: z.strictObject({ country: z.string().length(2).optional() }),
  accepts: ['phone', 'string'],
  produces: 'phone',
  apply(value, options, context) {
    const written = textOf(value)?.trim() ?? '';
    if (written === '') return { value: undefined };
    const country = (options.country ?? context.defaultCountry)?.toUpperCase() as CountryCode | undefined;
    const parsed = written.length > 64 ? undefined : parsePhoneNumberFromString(written, country);
    if (parsed?.isValid() === true) return { value: parsed.number };
    const message = 'This is not a valid phone number; it was left out of the contact and kept as text.';
    return { value: undefined, warnings: [issueOf(context, 'invalid_phone', written, message)] };
  },
});
