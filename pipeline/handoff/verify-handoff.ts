import { messageOf } from '../../errors.ts';
import { checkPackage } from './check-package.ts';

/** Names come from the file: none of them may steer the terminal. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, '?');
}

/** `npm run verify-handoff -- FILE`: checks a handoff package without network, account or database. */
async function main(location: string | undefined): Promise<number> {
  if (location === undefined) {
    process.stderr.write('Name the handoff package: npm run verify-handoff -- handoff.zip\n');
    return 1;
  }
  try {
    const { problems, manifest, checked } = await checkPackage(location);
    for (const problem of problems) process.stderr.write(`${printable(problem)}\n`);
    if (problems.length > 0 || manifest === undefined) {
      process.stderr.write(`The package is not as it was made: ${problems.length} problems.\n`);
      return 1;
    }
    const kind = manifest.final ? 'final' : 'preliminary, made before sign-off';
    process.stdout.write(
      `All ${checked} files are as they were made on ${printable(manifest.created_at)} by ${printable(manifest.created_by.name)} (${kind}).\n`,
    );
    return 0;
  } catch (error) {
    process.stderr.write(`There is nothing to check at ${location}: ${messageOf(error)}.\n`);
    return 1;
  }
}

process.exitCode = await main(process.argv[2]);
