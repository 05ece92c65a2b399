import { hash } from 'node:crypto'
import type { AccountId } from '@tollgate/kit/ledger'
import type { StoreConfig } from '../config/index.ts'
import { withTexts } from '../keep/kept-texts.ts'
import type { KeptTexts } from '../keep/texts.ts'
import { accountBudgets, type BudgetRules } from './account-budgets.ts'

/** What every account of an org had been given its budgets by. */
export interface Provisioned {
  /** Of the budgets that accounts get by their kind: other rules have another name. */
  readonly rules: string
  /** In which books; others are not known to have any of it. */
  readonly books: string
  /** The change of the directory after which it was looked at. */
  readonly sequence: number
}

/** What was provisioned, noted beside the books, so that the next who comes need not look at it all again. */
export interface ProvisionedNotes {
  /** Which books these are. */
  books(): Promise<string>
  /** Undefined while somebody looks at everything, and where nobody has ever come to the end of it. */
  read(): Promise<Provisioned | undefined>
  /** Put another note in the place of one. @returns whether it was still there. */
  replace(before: Provisioned, after: Provisioned): Promise<boolean>
  /**
   * Say that everything is being looked at, from now on and by these rules.
   *
   * @returns notes that it has been, where nobody has gone by other rules meanwhile: so a note is true of every account.
   */
  begin(done: Provisioned): Promise<() => Promise<void>>
  /** Whoever gives budgets says by which rules, before and after: what is noted by others is not true of all accounts. */
  goingBy(rules: string): Promise<void>
  forget(): Promise<void>
  /** Leave word of accounts whose budgets a config states. @returns all of which there has ever been word. */
  stating(accounts: readonly AccountId[]): Promise<readonly AccountId[]>
}

/** Do something with the notes of a config's org. */
export function withNotes<T>(
  config: Pick<StoreConfig, 'store' | 'org'>,
  work: (notes: ProvisionedNotes) => Promise<T>,
): Promise<T> {
  return withTexts(config, (texts) => work(provisionedNotes(texts, () => booksOf(config))))
}

/** The same for rules that give each kind of account the same. The org, and providers, have theirs at every start. */
export function nameOfRules(rules: BudgetRules): string {
  const byKind = (['team', 'project', 'key'] as const).map((kind) => accountBudgets(rules, kind))
  return hash('sha256', JSON.stringify(byKind), 'base64url')
}

const KIND = 'provisioned'
const NAME = 'accounts'
const STATED = 'stated'

export function provisionedNotes(texts: KeptTexts, books: () => Promise<string>): ProvisionedNotes {
  const readText = async (name = NAME) => (await texts.list(KIND)).get(name)
  const forget = async () => void (await texts.remove(KIND, NAME))

  async function goingBy(rules: string): Promise<void> {
    const text = await readText()
    if (text !== undefined && said(text).rules !== rules) await forget()
  }

  return {
    books,
    goingBy,
    forget,
    async read() {
      const text = await readText()
      const note = text === undefined ? undefined : said(text)
      return note && 'passing' in note ? undefined : note
    },
    replace: (before, after) => texts.replace(KIND, NAME, JSON.stringify(after), JSON.stringify(before)),
    async begin(done) {
      // The same of all who go by the same rules: they do the same work, and the first to end it has done it for all.
      const claim = JSON.stringify({ rules: done.rules, passing: true } satisfies Claim)
      let text = await readText()
      while (text !== claim && !(await texts.replace(KIND, NAME, claim, text))) text = await readText()
      return async () => {
        if (!(await texts.replace(KIND, NAME, JSON.stringify(done), claim))) await goingBy(done.rules)
      }
    },
    async stating(accounts) {
      for (;;) {
        const text = await readText(STATED)
        const had: readonly AccountId[] = text === undefined ? [] : JSON.parse(text)
        const all = [...new Set([...had, ...accounts])].toSorted()
        if (all.length === had.length || (await texts.replace(KIND, STATED, JSON.stringify(all), text)))
          return all
      }
    },
  }
}

/** Whoever has begun, and not ended. */
interface Claim extends Pick<Provisioned, 'rules'> {
  readonly passing: true
}

const said = (text: string): Provisioned | Claim => JSON.parse(text)

/** A file is its books; a Redis may have others in their place, which it then says. */
async function booksOf({ store, org }: Pick<StoreConfig, 'store' | 'org'>): Promise<string> {
  if (store.kind === 'sqlite') return ''
  const { redisPresence } = await import('@tollgate/kit/ledger/redis')
  const look = redisPresence(store.target, { prefix: store.prefix })
  try {
    return (await look.of(org, [])).takeover
  } finally {
    await look.close()
  }
}
