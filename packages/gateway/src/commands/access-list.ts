import { isActive, type KeptGrant } from '@tollgate/kit/access'
import type { Kept } from '@tollgate/kit/directory'
import { accessRequestJson } from '../manage/shapes/wanted.ts'
import { table } from '../say/table.ts'
import { wantedText } from '../say/wanted-text.ts'
import { atDesk } from './access-desk.ts'
import type { Command } from './command.ts'
import { CONFIG_OPTION, CONFIG_USAGE } from './with-store.ts'

/** `tollgate access list`: what was asked for, and what became of it. */
export const accessList: Command = {
  name: 'access list',
  summary: 'List what was asked for and given; open requests and running grants unless told otherwise.',
  usage: [
    '--all            denied, withdrawn, revoked and ended ones too',
    '--json           print them as JSON, one a line',
    CONFIG_USAGE,
  ],
  options: { ...CONFIG_OPTION, all: { type: 'boolean' }, json: { type: 'boolean' } },
  run: (args, world) =>
    atDesk(args, world, async (desk, { org }) => {
      const nowMs = world.nowMs()
      const grants = new Map((await desk.grants(org)).map((grant) => [grant.id, grant]))
      const all = (await desk.requests(org)).toSorted((a, b) => a.value.askedAtMs - b.value.askedAtMs)
      const shown = all.filter(
        ({ id, value }) => args.values.all || value.state === 'open' || isRunning(grants.get(id), nowMs),
      )
      if (args.values.json) {
        for (const { id, revision, value } of shown)
          world.out(JSON.stringify(accessRequestJson(id, revision, value)))
      } else
        for (const text of table(
          COLUMNS,
          shown.map((kept) => rowOf(kept, grants.get(kept.id), nowMs)),
        ))
          world.out(text)
      return 0
    }),
}

const COLUMNS = ['REQUEST', 'FOR', 'WANTED', 'BY', 'STATE', 'REASON'].map((title) => ({ title }))

const isRunning = (grant: KeptGrant | undefined, nowMs: number) =>
  grant !== undefined && isActive(grant.value, nowMs)

function rowOf({ id, value }: Kept<'access_request'>, grant: KeptGrant | undefined, nowMs: number): string[] {
  return [id, value.account, wantedText(value), value.by, stateOf(value.state, grant, nowMs), value.reason]
}

function stateOf(state: string, grant: KeptGrant | undefined, nowMs: number): string {
  if (!grant) return state
  const { revoked, approvedBy, untilMs } = grant.value
  const until = new Date(untilMs).toISOString().slice(0, 16).replace('T', ' ')
  if (revoked) return `revoked by ${revoked.by}`
  return nowMs < untilMs ? `until ${until}, by ${approvedBy}` : `ended ${until}`
}
