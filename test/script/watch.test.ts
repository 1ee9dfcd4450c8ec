import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { InputError } from '../../spec/index.js';
import { loadScripts, watchScripts, type ScriptEvent, type ScriptWatcher, type Scripts } from '../../mocks/script/index.js';
import { answersTo, answerTo, contract, start } from './support.js';

const script = (answer: string, more = ''): string => `rules:\n  - { on: prepareWork, answers: ${answer}${more} }\n`;

describe('watched script files', () => {
  let folder: string;
  let scripts: Scripts;
  let events: string[];
  let timers: (() => void)[];
  let touch: () => void;
  let watcher: ScriptWatcher | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'failpath-'));
    ({ scripts } = start());
    [events, timers, watcher] = [[], [], undefined];
  });
  afterEach(() => {
    watcher?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const say = (event: ScriptEvent): string => {
    if (event.type === 'unwatched') return `unwatched: ${event.why}`;
    const more =
      event.type === 'kept' ? `: ${event.findings.map(({ what }) => what).join('; ')}` : event.type === 'loaded' ? ` ${event.rules}` : '';
    return `${event.type} ${basename(event.file)}${more}`;
  };
  const watch = (...paths: readonly string[]): void => {
    watcher = watchScripts({
      paths: paths.length === 0 ? [folder] : paths,
      scripts,
      contract,
      onEvent: (event) => events.push(say(event)),
      later: (callback) => {
        timers.push(callback);
        return () => void (timers = timers.filter((timer) => timer !== callback));
      },
      watch: (_, changed) => {
        touch = changed;
        return () => undefined;
      },
    });
  };
  /** What happens once the files have settled. */
  const settle = (): string[] => {
    events = [];
    touch();
    timers.splice(0).forEach((timer) => timer());
    return events;
  };

  it('are loaded at the start, those of a folder by name', () => {
    write('b.yaml', script('404'));
    write('a.yml', script('503'));
    write('notes.txt', 'no script');
    watch();
    expect(events).to.deep.equal(['loaded a.yml 1', 'loaded b.yaml 1']);
    expect(answerTo(scripts)).to.equal('registration.upload_session_not_found');
  });

  it('are refused at the start, all of them, if one cannot be used', () => {
    write('a.yaml', script('503'));
    write('b.yaml', script('418'));
    write('c.yaml', script('nope'));
    expect(() => loadScripts({ paths: [folder], scripts, contract }))
      .to.throw(InputError)
      .with.property('findings')
      .with.length(2);
    expect(scripts.rules).to.deep.equal([]);
    expect(() => loadScripts({ paths: [join(folder, 'none.yaml')], scripts, contract })).to.throw(InputError, 'no such file');
  });

  it('leave nothing behind when there are too many rules', () => {
    ({ scripts } = start({ limits: { rules: 1 } }));
    write('a.yaml', script('503'));
    write('b.yaml', script('503'));
    expect(() => loadScripts({ paths: [folder], scripts, contract })).to.throw(InputError, 'There would be 2 rules, of 1 at most');
    expect(scripts.rules).to.deep.equal([]);
  });

  it('are loaded again when they change, and only those', () => {
    write('a.yaml', script('[503, ok]'));
    write('b.yaml', script('404', ', when: { headers: { x: y } }'));
    watch();
    expect(answersTo(scripts, 1)).to.equal('common.service_unavailable');
    write('b.yaml', script('404', ', when: { headers: { x: z } }'));
    expect(settle()).to.deep.equal(['loaded b.yaml 1']);
    expect(answersTo(scripts, 1)).to.equal('passes');
    expect(settle()).to.deep.equal([]);
  });

  it('keep their rules when a save is broken, and say so once', () => {
    write('a.yaml', script('503'));
    watch();
    for (const [broken, what] of [
      ['rules: [', 'Flow sequence in block collection must be sufficiently indented and end with a ]'],
      ['', 'rules: Invalid input: expected array, received undefined'],
      [script('418'), 'rules[0].answers: prepareWork declares no failure of status 418'],
    ] as const) {
      write('a.yaml', broken);
      expect(settle()).to.deep.equal([`kept a.yaml: ${what}`]);
      expect(settle()).to.deep.equal([]);
      expect(answerTo(scripts)).to.equal('common.service_unavailable');
    }
    write('a.yaml', script('503'));
    expect(settle()).to.deep.equal(['loaded a.yaml 1']);
  });

  it('come and go with the files of a folder', () => {
    write('a.yaml', script('503'));
    watch();
    write('b.yaml', script('404'));
    expect(settle()).to.deep.equal(['loaded b.yaml 1']);
    rmSync(join(folder, 'b.yaml'));
    expect(settle()).to.deep.equal(['removed b.yaml']);
    expect(answerTo(scripts)).to.equal('common.service_unavailable');
  });

  it('stay while their folder is gone, which is said once, and follow the folder that takes its place', () => {
    write('a.yaml', script('503'));
    watch();
    rmSync(folder, { recursive: true });
    expect(settle()).to.deep.equal(['unwatched: the folder is gone; the rules stay as they are until it is back']);
    expect(settle()).to.deep.equal([]);
    expect(answerTo(scripts)).to.equal('common.service_unavailable');
    mkdirSync(folder);
    write('b.yaml', script('404'));
    events = [];
    while (timers.length > 0) timers.splice(0).forEach((timer) => timer());
    expect(events).to.deep.equal(['loaded b.yaml 1', 'removed a.yaml']);
    write('b.yaml', script('503'));
    expect(settle()).to.deep.equal(['loaded b.yaml 1']);
    expect(timers).to.deep.equal([]);
  });

  it('are watched in a folder that was replaced at once', async () => {
    write('a.yaml', script('503'));
    const seen = await new Promise<string>((resolve) => {
      watcher = watchScripts({
        paths: [folder],
        scripts,
        contract,
        onEvent: (event) => {
          events.push(say(event));
          if (event.type === 'loaded' && event.rules === 3) resolve(say(event));
          else if (event.type === 'loaded' && event.rules === 2)
            write('a.yaml', `${script('503')}  - { answers: ok }\n  - { answers: ok }\n`);
          else if (events.length === 1) {
            rmSync(folder, { recursive: true });
            mkdirSync(folder);
            write('a.yaml', `${script('503')}  - { answers: ok }\n`);
          }
        },
      });
    });
    expect(seen).to.equal('loaded a.yaml 3');
  });

  it('are none in an empty folder, which is said', () => {
    watch();
    expect(events).to.deep.equal([`loaded ${basename(folder)} 0`]);
  });

  it('are regular files: a pipe among them is reported, and stops nothing', function () {
    if (process.platform === 'win32') this.skip();
    write('a.yaml', script('503'));
    watch();
    execFileSync('mkfifo', [join(folder, 'b.yaml')]);
    write('c.yaml', script('404'));
    const [kept, loaded] = settle();
    expect(kept).to.match(/^kept b\.yaml: .*b\.yaml: it is no regular file, but a pipe or a device$/);
    expect(loaded).to.equal('loaded c.yaml 1');
  });

  it('keep the rules of a file that was named and is gone', () => {
    write('a.yaml', script('503'));
    watch(join(folder, 'a.yaml'));
    rmSync(join(folder, 'a.yaml'));
    expect(settle()[0]).to.match(/^kept a\.yaml: .*no such file$/);
    expect(answerTo(scripts)).to.equal('common.service_unavailable');
    mkdirSync(join(folder, 'a.yaml'));
    settle();
    expect(scripts.rules.length).to.be.lessThan(2);
  });

  it('are looked at once for many changes, and not after the end', () => {
    write('a.yaml', script('503'));
    watch();
    touch();
    touch();
    expect(timers).to.have.length(1);
    watcher?.close();
    expect(timers).to.have.length(0);
  });

  it('are seen to change on a real disk', async () => {
    write('a.yaml', script('503'));
    const next = await new Promise<ScriptEvent>((resolve) => {
      watcher = watchScripts({
        paths: [folder],
        scripts,
        contract,
        onEvent: (event) => {
          if (event.type === 'loaded' && event.rules === 2) resolve(event);
          else if (events.push(say(event)) === 1) write('a.yaml', `${script('503')}  - { answers: ok }\n`);
        },
      });
    });
    expect(say(next)).to.equal('loaded a.yaml 2');
    expect(scripts.rules).to.have.length(2);
  });
});
