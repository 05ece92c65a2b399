import { type KeySummary, keyIsLive } from '@tollgate/kit/directory'
import { table } from '../say/table.ts'
import { everyKey } from '../store/every-key.ts'
import type { Command } from './command.ts'
import { keyObject } from './show-key.ts'
import { CONFIG_OPTION, CONFIG_USAGE, withStore } from './with-store.ts'

/** `tollgate keys list`: every virtual key there is or was; no secrets. */
export const keysList: Command = {
  name: 'keys list',
  summary: 'List the virtual keys, those of the config and those made by command.',
  usage: ['--json           print them as JSON, one a line', CONFIG_USAGE],
  options: { ...CONFIG_OPTION, json: { type: 'boolean' } },
  run: (args, world) =>
    withStore(args, world, {}, async ({ directory }) => {
      const keys = await everyKey(directory)
      if (args.values.json) for (const key of keys) world.out(JSON.stringify(keyObject(key)))
      else
        for (const text of table(
          COLUMNS,
          keys.map((key) => rowOf(key, world.nowMs())),
        ))
          world.out(text)
      return 0
    }),
}

const COLUMNS = ['KEY', 'TEAM', 'PROJECT', 'USER', 'LABEL', 'CREATED', 'STATE'].map((title) => ({ title }))

function rowOf(key: KeySummary, nowMs: number): string[] {
  const { id, team, project, user, label, createdAtMs } = key
  return [id, team, project, user, label, day(createdAtMs), stateOf(key, nowMs)].map((cell) => cell ?? '-')
}

function stateOf(key: KeySummary, nowMs: number): string {
  const { revokedAtMs, expiresAtMs } = key
  if (revokedAtMs !== undefined) return `revoked ${day(revokedAtMs)}`
  if (expiresAtMs === undefined) return 'live'
  return `${keyIsLive(key, nowMs) ? 'live until' : 'expired'} ${day(expiresAtMs)}`
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
