/** What holds for the repository as a whole: nothing of one machine in it, exact versions, one slug per capability. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');

/** Tracked files that are still there and are text. */
function trackedFiles(): string[] {
  return execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' })
    .split('\0')
    .filter((path) => path !== '' && existsSync(`${ROOT}${path}`))
    .filter((path) => !readFileSync(`${ROOT}${path}`).includes(0));
}

describe('tracked files', () => {
  const files = trackedFiles();

  test('are found', () => {
    expect(files).toContain('package.json');
  });

  test('name no path of the machine they were written on', () => {
    const machinePath = /(?<![\w.:/~-])\/(?:work|root|tmp|home\/[a-z]+|Users\/\w+)\/[\w.-]/;
    const found = files.flatMap((path) =>
      read(path)
        .split('\n')
        .filter((line) => machinePath.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    );
    expect(found).toEqual([]);
  });

  test('name no package registry, so that everybody’s own applies', () => {
    expect(read('package-lock.json')).not.toMatch(/"resolved": "https?:/);
    expect(read('.npmrc')).not.toMatch(/registry\s*=/);
  });
});

test('no program takes the pathname of a file URL: it is percent-encoded, so a folder with a space is not found', () => {
  const programs = trackedFiles().filter((path) => /\.[mc]?[jt]s$/.test(path));
  expect(programs).toContain('scripts/bundle.ts');
  expect(programs.filter((path) => takesPathname(read(path)))).toEqual([]);
});

function takesPathname(source: string): boolean {
  const fileUrl = String.raw`new URL\([^)]*import\.meta\.url,?\s*\)`;
  const names = [...source.matchAll(new RegExp(`const (\\w+) = ${fileUrl}`, 'g'))].map(
    ([, name]) => name,
  );
  return [fileUrl, ...names].some((url) => new RegExp(`${url}\\s*\\.pathname`).test(source));
}

describe('package.json', () => {
  test.each(['package.json', 'cli/package.json', 'sdk/package.json'])(
    '%s asks for exact versions',
    (path) => {
      const { dependencies, devDependencies } = JSON.parse(read(path)) as Record<
        string,
        Record<string, string> | undefined
      >;
      const versions = Object.entries({ ...dependencies, ...devDependencies });
      expect(
        versions.filter(
          ([, version]) => !/^(?:npm:[@\w./-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
        ),
      ).toEqual([]);
    },
  );

  test('every package with an install script has been looked at', () => {
    const { allowScripts } = JSON.parse(read('package.json')) as {
      allowScripts: Record<string, boolean>;
    };
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { name?: string; hasInstallScript?: true }>;
    };
    const withScript = Object.entries(packages)
      .filter(([, entry]) => entry.hasInstallScript)
      .map(
        // A second major has a name of our own for its folder.
        ([path, { name }]) =>
          name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      );
    expect(Object.keys(allowScripts).sort()).toEqual([...new Set(withScript)].sort());
  });
});

test('the lockfile lists the optional packages of every platform, or npm ci refuses it on all', () => {
  // npm drops those that are not installed and that the registry at hand does not have; put them back by hand.
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { inBundle?: true; optionalDependencies?: Record<string, string> }>;
  };
  const missing = Object.entries(packages).flatMap(([path, entry]) =>
    // A package inside another's archive brings its own.
    Object.keys((entry.inBundle ? undefined : entry.optionalDependencies) ?? {}).filter(
      (name) =>
        !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
    ),
  );
  expect(missing).toEqual([]);
});

describe('the slug rule', () => {
  const slugs = readdirSync(`${ROOT}lambdas`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);

  test.each(slugs)('%s is the name of its construct and of its environment', (slug) => {
    expect(existsSync(`${ROOT}lambdas/${slug}/handler.ts`)).toBe(true);
    expect(existsSync(`${ROOT}lambdas/${slug}/env.ts`)).toBe(true);
    expect(existsSync(`${ROOT}lib/${slug}.ts`)).toBe(true);
    expect(existsSync(`${ROOT}test/lib/${slug}.test.ts`)).toBe(true);
  });

  // A migration that fails stops the deploy in front of whoever runs it; no alarm, nobody is woken.
  test.each(slugs.filter((slug) => slug !== 'migrate'))('%s is in the runbook', (slug) => {
    expect(read('docs/runbook.md')).toMatch(new RegExp(`^## ${slug}\\b`, 'm'));
  });
});
