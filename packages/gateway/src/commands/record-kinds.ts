import { projects } from '../manage/projects.ts'
import { teams } from '../manage/teams.ts'
import { tiers } from '../manage/tiers.ts'
import { users } from '../manage/users.ts'
import type { Command } from './command.ts'
import { recordCommands } from './record-commands.ts'
import type { FieldOption } from './record-fields.ts'

const text = (field: string, value: string, help: string): FieldOption => ({
  field,
  kind: 'text',
  value,
  help,
})
const list = (field: string, value: string, help: string): FieldOption => ({
  field,
  kind: 'list',
  value,
  help,
})

const LABEL = text('label', 'L', 'what people call it')
const TIER = text('tier', 'T', 'its tier')
const TEAM = text('team', 'T', 'the team that it belongs to')

/** The commands of each kind of object that the directory keeps; keys have commands of their own. */
export const RECORD_COMMANDS: readonly Command[] = [
  ...recordCommands({
    operations: teams,
    plural: 'teams',
    fields: [
      LABEL,
      TIER,
      text('cost_center', 'C', 'what finance calls it'),
      {
        field: 'project_required',
        kind: 'flag',
        value: 'true',
        help: 'whether its calls must name a project',
      },
      list('leads', 'U', 'a user who decides for it'),
    ],
  }),
  ...recordCommands({ operations: projects, plural: 'projects', fields: [LABEL, TEAM, TIER] }),
  ...recordCommands({
    operations: users,
    plural: 'users',
    fields: [LABEL, TEAM, TIER, text('role', 'R', 'at the admin API: viewer, team-lead, director or admin')],
  }),
  ...recordCommands({
    operations: tiers,
    plural: 'tiers',
    fields: [
      LABEL,
      { ...list('models', 'M', 'models that it opens: gpt-4o-mini, claude-haiku-*'), required: true },
      list('endpoints', 'E', 'endpoint classes besides text: images …'),
      text('approval', 'R', 'whose approval gives it: none, team-lead, director or admin'),
      {
        field: 'budgets',
        kind: 'budgets',
        value: '5/daily',
        help: 'what whoever has it may spend, as USD and a period',
      },
      {
        field: 'rank',
        kind: 'number',
        value: 'N',
        help: 'where it stands: the least tier has the lowest',
        required: true,
      },
    ],
  }),
]
