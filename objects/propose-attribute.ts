import type { InventoryField } from './mapping.ts';
import { CUSTOM_PREFIX, RAW_PREFIX } from './read-fields.ts';
import type { ResourceDescription } from './resources.ts';
import { STRING_LIMIT } from './transforms/text.ts';
import { ATTRIBUTE_NAME } from './validate-map.ts';

type Model = ResourceDescription['attributes']['model'];

/** What a discovered field becomes, before it has a name. */
export interface AttributeChoice {
  transform: string;
  options: Record<string, unknown>;
  confidence: number;
  reasons: string[];
}

/** A list in Intercom has two options or more; beyond this many it is no longer something to choose from. */
const MAX_LIST_OPTIONS = 50;

function isShort(model: Model): boolean {
  return model === 'contact' || model === 'company';
}

/** Text attributes by what the model can hold: 255 characters on contacts and companies, anything elsewhere. */
function textChoice(field: InventoryField, model: Model): AttributeChoice {
  const long = field.samples.some((sample) => typeof sample === 'string' && sample.length > STRING_LIMIT);
  if (!isShort(model)) {
    const isText = field.type === 'html' || long;
    const reason = isText ? 'Formatted text becomes readable plain text.' : 'Short text.';
    return { transform: isText ? 'text' : 'string', options: {}, confidence: 0.8, reasons: [reason] };
  }
  const lossy = `lossy: text beyond ${STRING_LIMIT} characters is cut, because Intercom keeps no more on a ${model}.`;
  return {
    transform: 'truncate',
    options: { maxLength: STRING_LIMIT },
    confidence: 0.75,
    reasons: field.type === 'html' || long ? ['Text.', lossy] : ['Short text.'],
  };
}

function listChoice(field: InventoryField): AttributeChoice {
  return {
    transform: 'enum',
    options: { allowed: field.options },
    confidence: 0.85,
    reasons: [`${field.options.length} different values: a list with these options.`],
  };
}

/** Chooses by the type and the values of a field; names have already had their say. */
export function chooseAttribute(field: InventoryField, model: Model): AttributeChoice {
  switch (field.type) {
    case 'boolean':
      return { transform: 'boolean', options: {}, confidence: 0.85, reasons: ['Values are yes or no.'] };
    case 'integer':
      return { transform: 'integer', options: {}, confidence: 0.85, reasons: ['Values are whole numbers.'] };
    case 'decimal':
      return { transform: 'decimal', options: {}, confidence: 0.85, reasons: ['Values are numbers.'] };
    case 'datetime':
      return { transform: 'datetime', options: {}, confidence: 0.85, reasons: ['Values are dates.'] };
    case 'list':
      return {
        transform: 'list_join',
        options: isShort(model) ? { maxLength: STRING_LIMIT } : {},
        confidence: 0.7,
        reasons: ['Several values at once: one text, separated by commas.'],
      };
    case 'string':
    case 'enum': {
      const count = field.options.length;
      return count >= 2 && count <= MAX_LIST_OPTIONS ? listChoice(field) : textChoice(field, model);
    }
    default:
      return textChoice(field, model);
  }
}

const PREFIX: Record<Model, string> = {
  contact: 'infraon_',
  company: 'infraon_org_',
  conversation: 'Infraon ',
  custom_object: '',
  article: '',
  document: '',
};

/** Latin letters that do not decompose into a plain one and an accent. */
const LETTERS: Record<string, string> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd' };

function wordsOf(field: InventoryField): string {
  const key = field.key.startsWith(CUSTOM_PREFIX)
    ? field.key.slice(CUSTOM_PREFIX.length)
    : field.key.startsWith(RAW_PREFIX)
      ? field.key.slice(RAW_PREFIX.length)
      : field.key;
  const ascii = (text: string) =>
    text
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .replace(/[ßæœøłđ]/gi, (letter) => LETTERS[letter.toLowerCase()] ?? '')
      .replace(/[^A-Za-z0-9]+/g, ' ')
      .trim();
  const label = ascii(field.label);
  /** A label in another script leaves nothing usable; the column then names the attribute. */
  return /[A-Za-z]/.test(label) && label.length >= field.label.trim().length / 2 ? label : ascii(key);
}

const MAX_NAME = 60;

/** A name that Intercom accepts, that says where the value comes from, and that nothing else in the map uses. */
export function attributeName(field: InventoryField, model: Model, taken: ReadonlySet<string>): string {
  const words = wordsOf(field).toLowerCase();
  const body = model === 'conversation' ? words : words.replaceAll(' ', '_');
  const prefix = PREFIX[model];
  /** Contact and company attributes share one name space; this prefix belongs to companies. */
  const own = model === 'contact' && body.startsWith('org_') ? `contact_${body}` : body;
  const bare = `${prefix}${own}`;
  const base = (ATTRIBUTE_NAME.test(bare) ? bare : `field_${own}`).slice(0, MAX_NAME).trim();
  const separator = model === 'conversation' ? ' ' : '_';
  let name = base;
  for (let index = 2; taken.has(name.toLowerCase()); index += 1) name = `${base}${separator}${index}`;
  return name;
}
