import type { StoreConfig } from '../config/index.ts'
import type { BudgetRules } from './account-budgets.ts'
import { nameOfRules, withNotes } from './provisioned-notes.ts'

/**
 * Give some accounts their budgets by the rules in force, while others may be looking at all accounts by rules of theirs: what
 * is noted by those is taken back, so that whoever goes by them next looks at these too. Where other rules have come into
 * force meanwhile, the accounts are given what those say.
 *
 * @param give may be repeated, with another config.
 */
export async function provisionInForce<Ruling extends BudgetRules & Pick<StoreConfig, 'store' | 'org'>>(
  config: () => Ruling,
  give: (config: Ruling) => Promise<void>,
): Promise<void> {
  for (let given: Ruling | undefined; given !== config(); ) {
    const ruling = config()
    const rules = nameOfRules(ruling)
    await withNotes(ruling, async (notes) => {
      // Before, lest this ends between the two; and after, as a look at everything may have passed by already.
      await notes.goingBy(rules)
      await give(ruling)
      await notes.goingBy(rules)
    })
    given = ruling
  }
}
