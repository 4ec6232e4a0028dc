import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Failure, explain } from './failure.mjs';
import { requireNode } from './node-version.mjs';
import { packagesMatchLock } from './packages.mjs';
import { SERVERS, installPrograms, missingPrograms } from './programs.mjs';

describe('the Node that runs the start', () => {
  it('may be Node 20, and anything older is named with the remedy', () => {
    expect(() => requireNode('20.20.2')).not.toThrow();
    expect(() => requireNode('18.20.4')).toThrow(
      'Node 18.20.4 is too old: Showfloor needs Node 20 or newer to install itself.\nInstall Node 24 LTS',
    );
  });
});

describe('installed packages', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'bootstrap-spec-'));
    mkdirSync(join(root, 'node_modules'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const lock = {
    '': { name: 'showfloor' },
    'node_modules/pg': { version: '8.23.1' },
    'node_modules/binding-darwin': { version: '1.0.0', optional: true },
  };
  const write = (file: string, packages: object) =>
    writeFileSync(join(root, file), JSON.stringify({ packages }));

  it('fit the lock file when only packages of other systems are missing', () => {
    write('package-lock.json', lock);
    write('node_modules/.package-lock.json', { 'node_modules/pg': { version: '8.23.1' } });
    expect(packagesMatchLock(root)).toBe(true);
  });

  it.each([
    ['nothing is installed', undefined],
    ['a version differs', { 'node_modules/pg': { version: '8.23.0' } }],
    ['a package is missing', {}],
  ])('are installed again when %s', (_, installed) => {
    write('package-lock.json', lock);
    if (installed) write('node_modules/.package-lock.json', installed);
    expect(packagesMatchLock(root)).toBe(false);
  });
});

describe('native programs', () => {
  const nowhere = {
    names: ['showfloor-no-such-server'],
    apt: 'no-such-package',
    brew: 'no-such-formula',
    instead: 'NO_SUCH_URL',
  };

  it('are not needed where a server is given', async () => {
    await expect(installPrograms([nowhere], { NO_SUCH_URL: 'tcp://elsewhere' })).resolves.toBeUndefined();
  });

  it('are named together with the exact command of the system', () => {
    expect(missingPrograms(SERVERS.slice(2, 5), 'linux').message).toBe(
      'Not installed on this machine: redis-server, nats-server, postgres.\n' +
        'Run this (on other systems: the packages of the same names), then run the command again:\n\n' +
        '  sudo apt-get update && sudo apt-get install --no-install-recommends redis-server nats-server postgresql\n',
    );
    expect(missingPrograms(SERVERS.slice(0, 2), 'darwin').message).toContain('brew install ffmpeg\n');
  });
});

describe('explain', () => {
  it('prints a failure as its two sentences, and names a full disk wherever it showed', () => {
    expect(explain(new Failure('It is so.', 'Do this.'))).toBe('It is so.\nDo this.');
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    expect(explain(full)).toMatch(/^The disk that holds .* is full\.\nFree at least 2 GB/);
    expect(explain(new Error('initdb failed: No space left on device'))).toMatch(/is full/);
    expect(explain(new TypeError('bug'))).toMatch(/TypeError: bug\n\s+at /);
  });
});
