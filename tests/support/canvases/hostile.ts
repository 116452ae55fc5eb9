import fc from 'fast-check';

const LONG = 5_000;

/** The same cases every time, so that a commit is judged by its own; `FUZZ_SEED=n FUZZ_RUNS=n` looks for new ones. */
export function fuzz(runs: number): { numRuns: number; seed: number } {
  const { FUZZ_SEED: seed, FUZZ_RUNS: numRuns } = process.env;
  return { seed: Number(seed ?? 20_261_124), numRuns: Number(numRuns ?? runs) };
}

/** What tenants type, and what nobody should: each broke some product once. */
const SPELLINGS: Record<string, string> = {
  nothing: '',
  blank: ' \t ',
  control: 'a\u0000b\u0007c\u001b[31m',
  half: 'broken \ud83d emoji \udc68',
  family: '👩‍👩‍👧‍👦'.repeat(30),
  arabic: 'طابعة الطابق الثالث لا تعمل '.repeat(8),
  override: 'invoice \u202egnp.exe \u2066hidden\u2069',
  chinese: '打印机无法连接到网络'.repeat(40),
  html: '<script>alert(1)</script><img src=x onerror=alert(1)>&lt;b&gt;',
  link: '[pay here](https://evil.example/pay) ![x](https://evil.example/x.png)',
  nested: '](]([a](b)(c)[d](https://evil.example)',
  bold: '*bold* **bold** _it_ `code` # title',
  lines: 'one\r\n\r\ntwo\n\n\nthree\u2028four',
  template: '${process.env.SECRET_KEY} {{7*7}} %s %00',
  long: 'word '.repeat(LONG / 5),
  unbroken: 'x'.repeat(LONG),
  accents: `Z${'\u0301'.repeat(200)}algo`,
};

/** A text as it may come from a tenant, a person or another system. */
export const hostile: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...Object.values(SPELLINGS)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 400 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 200 }) },
  { weight: 1, arbitrary: fc.constantFrom('Printer', 'INC-000123', 'café – 50€') },
);

/** Ids of Infraon: digits, words, colons; never two alike in one list. */
export const sourceIds = (count: number): string[] =>
  Array.from({ length: count }, (_value, index) =>
    index % 3 === 0 ? `CI:${index}` : `90071992547409931${index}`,
  );

/** How many there are of a thing: none, one, a page, a page and one, and far too many. */
export const howMany = fc.constantFrom(0, 1, 10, 11, 60, 1000);
/** For lists whose entries are large themselves. */
export const some = fc.constantFrom(0, 1, 10, 11, 60);
