import type { Ask } from '@tollgate/kit/access'
import { nanoUsd, usdToNano } from '@tollgate/kit/core'
import { accessRequestJson } from '../manage/shapes/wanted.ts'
import { runnable } from '../say/runnable.ts'
import { withArticle } from '../say/with-article.ts'
import { atDesk, DESK_OPTIONS, DESK_USAGE, done, partyBy, personIn } from './access-desk.ts'
import { RATES_USAGE, rateOf } from './access-rates.ts'
import { type Args, type Command, textOf, textsOf, UsageError } from './command.ts'
import { durationOf } from './duration-option.ts'

/** How long something lasts that nobody says of, ms. */
const A_WEEK_MS = 7 * 86_400_000

/** `tollgate access request`: ask for more than one has. */
export const accessRequest: Command = {
  name: 'access request',
  summary: 'Ask for models, a tier, money or rates beyond what an account has.',
  usage: [
    '--account NAME   for whom: key:ID, user:NAME, project:ID or team:ID',
    '--model PATTERN  a model, or a pattern; may be given again',
    '--tier NAME      a tier',
    '--usd AMOUNT     more money on a budget',
    '--budget ID      which of its budgets in USD, where it has several',
    ...RATES_USAGE,
    '--for 7d         how long it should last, from the approval on',
    '--by user:NAME   who asks; whoever it is for, when that is a person or a key',
    '--id ID          what the request is called; made up when absent',
    ...DESK_USAGE,
  ],
  options: {
    ...DESK_OPTIONS,
    account: { type: 'string' },
    model: { type: 'string', multiple: true },
    tier: { type: 'string' },
    usd: { type: 'string' },
    budget: { type: 'string' },
    rpm: { type: 'string' },
    tpm: { type: 'string' },
    concurrency: { type: 'string' },
    for: { type: 'string' },
    id: { type: 'string' },
  },
  run: (args, world) =>
    atDesk(args, world, async (desk, { org, file }) => {
      const asked = done(await desk.ask(askIn(args, org)), 'access request of this id')
      const { id, revision, value } = asked.request
      if (args.values.json) world.out(JSON.stringify(accessRequestJson(id, revision, value)))
      else if (value.state === 'approved') world.out(`${id}: given, it needs no approval`)
      else
        world.out(
          runnable(
            `${id}: asked for. It takes the approval of ${withArticle(asked.approval)}: \`tollgate access approve ${id}\``,
            file,
          ),
        )
      return 0
    }),
}

function askIn(args: Args, org: string): Ask {
  const account = textOf(args, 'account')
  if (account === undefined) throw new UsageError('--account is missing: say for whom, as in user:ada')
  const [models, tier, id] = [textsOf(args, 'model'), textOf(args, 'tier'), textOf(args, 'id')]
  const rates = { ...rateOf(args, 'rpm'), ...rateOf(args, 'tpm'), ...rateOf(args, 'concurrency') }
  return {
    org,
    account,
    by: (args.values.by === undefined ? personIn(account) : undefined) ?? partyBy(args),
    reason: textOf(args, 'reason') ?? 'no reason given',
    lastsMs: durationOf(args, 'for') ?? A_WEEK_MS,
    ...(id !== undefined && { id }),
    ...(models.length > 0 && { models }),
    ...(tier !== undefined && { tier }),
    ...raiseIn(args),
    ...(Object.keys(rates).length > 0 && { rates }),
  }
}

function raiseIn(args: Args): Pick<Ask, 'raise'> {
  const [usd, budget] = [textOf(args, 'usd'), textOf(args, 'budget')]
  if (usd === undefined) return {}
  if (!/^\d{1,7}(?:\.\d{1,9})?$/.test(usd))
    throw new UsageError(`--usd ${usd} is not an amount: write 50 or 0.25`)
  return { raise: { nanoUsd: nanoUsd(usdToNano(usd)), ...(budget !== undefined && { budget }) } }
}
