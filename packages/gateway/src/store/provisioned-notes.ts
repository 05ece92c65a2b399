import type { AccountId } from '@tollgate/kit/ledger'
import type { StoreConfig } from '../config/index.ts'
import { withTexts } from '../keep/kept-texts.ts'
import type { KeptTexts } from '../keep/texts.ts'

/** What every account of an org had been given its budgets by. */
export interface Provisioned {
  /** Of the budgets that accounts get by their kind: other rules have another name. */
  readonly rules: string
  /** In which books; others are not known to have any of it. */
  readonly books: string
  /** The change of the directory after which it was looked at. */
  readonly sequence: number
  /** The accounts that the config named. */
  readonly stated: readonly AccountId[]
}

/** What was provisioned, noted beside the books, so that the next who comes need not look at it all again. */
export interface ProvisionedNotes {
  /** Which books these are. */
  books(): Promise<string>
  /** Undefined while somebody looks at everything, and where nobody has ever come to the end of it. */
  read(): Promise<Provisioned | undefined>
  /** Put another note in the place of one. @returns whether it was still there. */
  replace(before: Provisioned, after: Provisioned): Promise<boolean>
  /** Say that everything is being looked at, from now on and by these rules. Nothing is noted until it has been. */
  begin(done: Provisioned): Promise<WholePass>
  forget(): Promise<void>
}

/** A look at everything. It is noted when nobody has gone by other rules meanwhile, so that a note is true of every account. */
export interface WholePass {
  /** Before each part of the work: whoever goes by other rules is to note nothing either. */
  goOn(): Promise<void>
  end(): Promise<void>
}

/** Do something with the notes of a config's org. */
export function withNotes<T>(
  config: Pick<StoreConfig, 'store' | 'org'>,
  work: (notes: ProvisionedNotes) => Promise<T>,
): Promise<T> {
  return withTexts(config, (texts) => work(provisionedNotes(texts, () => booksOf(config))))
}

const KIND = 'provisioned'
const NAME = 'accounts'

export function provisionedNotes(texts: KeptTexts, books: () => Promise<string>): ProvisionedNotes {
  const readText = async () => (await texts.list(KIND)).get(NAME)
  const forget = async () => void (await texts.remove(KIND, NAME))

  return {
    books,
    forget,
    async read() {
      const text = await readText()
      return text === undefined ? undefined : noteIn(text)
    },
    replace: (before, after) => texts.replace(KIND, NAME, JSON.stringify(after), JSON.stringify(before)),
    async begin(done) {
      const { rules, stated } = done
      // The same of all who go by the same rules: they do the same work, and the first to end it has done it for all.
      const claim = JSON.stringify({ passing: { rules, stated } })
      const isOfOthers = (text: string | undefined) =>
        text !== undefined && text !== claim && noteIn(text)?.rules !== rules
      let text = await readText()
      while (text !== claim && !(await texts.replace(KIND, NAME, claim, text))) text = await readText()
      const goOn = async () => {
        if (isOfOthers(await readText())) await forget()
      }
      return {
        goOn,
        async end() {
          if (!(await texts.replace(KIND, NAME, JSON.stringify(done), claim))) await goOn()
        },
      }
    },
  }
}

function noteIn(text: string): Provisioned | undefined {
  const said = JSON.parse(text) as Provisioned | { readonly passing: object }
  return 'passing' in said ? undefined : said
}

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
