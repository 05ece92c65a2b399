import { accessRequestJson, grantJson } from '../manage/shapes/wanted.ts'
import { wantedText } from '../say/wanted-text.ts'
import { atDesk, DESK_OPTIONS, DESK_USAGE, done, partyBy, reasonOf } from './access-desk.ts'
import type { Command } from './command.ts'
import { durationOf } from './duration-option.ts'

const BY_USAGE = '--by user:NAME   who decides; whoever may reach the books is an administrator'

/** `tollgate access approve`: give what was asked for. */
export const accessApprove: Command = {
  name: 'access approve',
  summary: 'Approve a request: its grant begins now, and ends by itself.',
  operands: 1,
  usage: ['--for 7d         another duration than was asked for', BY_USAGE, ...DESK_USAGE],
  options: { ...DESK_OPTIONS, for: { type: 'string' } },
  run: (args, world) =>
    atDesk(args, world, async (desk, { org }) => {
      const [id = ''] = args.operands
      const lastsMs = durationOf(args, 'for')
      const decide = { org, id, by: partyBy(args), ...reasonOf(args) }
      const approve = { ...decide, ...(lastsMs !== undefined && { lastsMs }) }
      const { grant } = done(await desk.approve(approve), `request ${id}`)
      const { revision, value } = grant
      const until = new Date(value.untilMs).toISOString()
      if (args.values.json) world.out(JSON.stringify(grantJson(id, revision, value)))
      else world.out(`${id}: ${value.account} has ${wantedText(value)} until ${until}`)
      return 0
    }),
}

/** `tollgate access deny`: do not give it. */
export const accessDeny: Command = closing('deny', 'Deny a request.', 'denied')

/** `tollgate access withdraw`: take a request back. */
export const accessWithdraw: Command = closing(
  'withdraw',
  'Take a request back that nobody has decided on.',
  'withdrawn',
)

/** A command after which nobody can approve a request any more. */
function closing(verb: 'deny' | 'withdraw', summary: string, said: string): Command {
  return {
    name: `access ${verb}`,
    summary,
    operands: 1,
    usage: [BY_USAGE, ...DESK_USAGE],
    options: DESK_OPTIONS,
    run: (args, world) =>
      atDesk(args, world, async (desk, { org }) => {
        const [id = ''] = args.operands
        const decide = { org, id, by: partyBy(args), ...reasonOf(args) }
        const { request } = done(await desk[verb](decide), `request ${id}`)
        if (args.values.json)
          world.out(JSON.stringify(accessRequestJson(id, request.revision, request.value)))
        else world.out(`${id}: ${said}`)
        return 0
      }),
  }
}

/** `tollgate access revoke`: end a grant before its time. */
export const accessRevoke: Command = {
  name: 'access revoke',
  summary: 'End a grant before its time; what was spent under it stays spent.',
  operands: 1,
  usage: [BY_USAGE, ...DESK_USAGE],
  options: DESK_OPTIONS,
  run: (args, world) =>
    atDesk(args, world, async (desk, { org }) => {
      const [id = ''] = args.operands
      const { grant } = done(
        await desk.revoke({ org, id, by: partyBy(args), ...reasonOf(args) }),
        `grant ${id}`,
      )
      if (args.values.json) world.out(JSON.stringify(grantJson(id, grant.revision, grant.value)))
      else world.out(`${id}: revoked, ${grant.value.account} has it no longer`)
      return 0
    }),
}
