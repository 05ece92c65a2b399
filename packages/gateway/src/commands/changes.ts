import { type ChangeJson, changeJson } from '../admin/resources/change-json.ts'
import { listChanges } from '../manage/changes.ts'
import { MAX_PAGE_LIMIT } from '../manage/page.ts'
import { budgetsChanged } from '../say/budgets-changed.ts'
import { table } from '../say/table.ts'
import { type Command, numberOf } from './command.ts'
import { withManage } from './record-commands.ts'
import { CONFIG_OPTION, CONFIG_USAGE } from './with-store.ts'

const SHOWN = 20

/** `tollgate changes`: who changed what, and when. */
export const changes: Command = {
  name: 'changes',
  summary: 'Tell who changed what of keys, teams, tiers, budgets and grants, the newest first.',
  usage: [
    `--limit N        so many, at most ${MAX_PAGE_LIMIT} (${SHOWN})`,
    '--json           print them as JSON with before and after, one a line',
    CONFIG_USAGE,
  ],
  options: { ...CONFIG_OPTION, limit: { type: 'string' }, json: { type: 'boolean' } },
  run(args, world) {
    const limit = numberOf(args, 'limit', MAX_PAGE_LIMIT) || SHOWN
    return withManage(args, world, async (manage) => {
      const { data } = await listChanges(manage, { limit })
      const told = data.map(changeJson)
      if (args.values.json) for (const change of told) world.out(JSON.stringify(change))
      else for (const text of table(COLUMNS, told.map(row))) world.out(text)
    })
  },
}

const COLUMNS = ['WHEN', 'WHO', 'WHAT', 'CHANGED', 'WHY'].map((title) => ({ title }))

function row({ at, by, reason, kind, id, before, after }: ChangeJson): string[] {
  const changed = kind === 'budgets' ? budgetsChanged : fieldsChanged
  return [at.slice(0, 19), by, `${kind}:${id}`, changed(before, after), reason ?? '-']
}

/** The names of what is different; `made` and `removed` where there is nothing to compare. */
function fieldsChanged(before: object | null, after: object | null): string {
  if (before === null) return 'made'
  if (after === null) return 'removed'
  const [old, now] = [before, after] as Record<string, unknown>[]
  const fields = Object.keys({ ...old, ...now })
  const changed = fields.filter((field) => JSON.stringify(old![field]) !== JSON.stringify(now![field]))
  return changed.filter((field) => field !== 'revision').join(', ') || 'nothing'
}
