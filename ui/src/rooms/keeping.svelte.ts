// 备份与设置: backups, what restoring one would change, soundness, steps, the second copy.
import * as api from '../api';
import { screen } from '../state.svelte';
import type { AboutProgram, Backup, Flaw, RestoreChange, SecondCopy, StepEntry } from '../types';

const SECTIONS = ['backups', 'verify', 'folder', 'privacy', 'look', 'history', 'about'] as const;
export type Section = (typeof SECTIONS)[number];

class Keeping {
  private shown = $state<Section | null>(null);

  /** What is shown: what was looked at last, also before a restart. */
  get section(): Section {
    return this.shown ?? SECTIONS.find((section) => section === screen.remembered['room/keeping']) ?? 'backups';
  }

  set section(section: Section) {
    this.shown = section;
    void screen.remember('room/keeping', section);
  }

  backups = $state.raw<Backup[] | null>(null);
  /** The backup that may be restored, and what that would change. */
  chosen = $state.raw<{ backup: Backup; changes: RestoreChange[] } | null>(null);
  /** What the last look through found; null before there was one. */
  flaws = $state.raw<Flaw[] | null>(null);
  /** File names of the backups that it found spoilt. */
  spoilt: Set<string> = $derived(new Set(this.flaws?.map((flaw) => flaw.place.file ?? '')));
  copy = $state.raw<SecondCopy | null>(null);
  steps = $state.raw<StepEntry[] | null>(null);
  about = $state.raw<AboutProgram | null>(null);

  async enter(): Promise<void> {
    this.backups = (await screen.ask('列出备份', api.backups)) ?? null;
    this.copy = (await screen.ask('查看第二份拷贝', api.secondCopy)) ?? null;
    this.steps = (await screen.ask('列出操作', api.steps)) ?? null;
    this.about = (await screen.ask('查看台账情况', api.aboutProgram)) ?? null;
  }

  /** Who is kept with each step from now on. */
  async name(person: string): Promise<void> {
    await screen.remember('person', person.trim() || null);
    this.about = (await screen.ask('查看台账情况', api.aboutProgram)) ?? this.about;
  }

  async backUp(): Promise<void> {
    const made = await screen.run('备份', api.backupNow);
    if (!made) return;
    this.backups = (await screen.ask('列出备份', api.backups)) ?? this.backups;
    screen.say('已备份，并已打开校验。');
  }

  async look(backup: Backup): Promise<void> {
    const changes = await screen.run('查看恢复的影响', (job) => api.restoreChanges(job, fileName(backup.path)));
    if (changes) this.chosen = { backup, changes };
  }

  async restore(): Promise<void> {
    const chosen = this.chosen;
    if (!chosen) return;
    this.chosen = null;
    const done = await screen.run('恢复备份', (job) => api.restore(job, fileName(chosen.backup.path)));
    if (done === undefined) return;
    await screen.changed();
    screen.say('已恢复。如果不对，可以用“撤销”退回。');
  }

  async verify(): Promise<void> {
    const flaws = await screen.run('校验', api.verify);
    if (flaws) this.flaws = flaws;
  }

  async chooseCopy(): Promise<void> {
    const folder = await screen.ask('选择文件夹', api.chooseCopyFolder);
    if (folder) await this.copyTo(folder);
  }

  async copyTo(folder: string): Promise<void> {
    const flaws = await screen.run('复制到另一个磁盘', (job) => api.copyAway(job, folder));
    if (!flaws) return;
    this.copy = (await screen.ask('查看第二份拷贝', api.secondCopy)) ?? this.copy;
    this.backups = (await screen.ask('列出备份', api.backups)) ?? this.backups;
    if (flaws.length > 0) {
      screen.notice = { tone: 'bad', text: `已复制，但有 ${flaws.length} 份佐证材料不完好，没有复制：`, flaws: flaws.map((f) => f.say) };
    } else screen.say(`已复制到：${folder}`);
  }

  async takeBack(step: StepEntry): Promise<void> {
    const name = await screen.ask('单独撤销', () => api.takeBack(step.id));
    if (!name) return;
    await screen.changed();
    screen.say(`已单独撤销：${name}`);
  }
}

/** The last part of a path of either system. */
export const fileName = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

export const keeping = new Keeping();
