import { isMapping, type Mapping } from '../../mapping.ts'

/** What LiteLLM keeps of people and keys: https://github.com/BerriAI/litellm/blob/main/schema.prisma */
export interface LitellmTables {
  readonly budgets: readonly Mapping[]
  readonly teams: readonly Mapping[]
  readonly users: readonly Mapping[]
  readonly keys: readonly Mapping[]
  readonly projects: readonly Mapping[]
  readonly organizations: readonly Mapping[]
  /** Keys that were rotated, and are taken for a while yet. */
  readonly rotated: readonly Mapping[]
  readonly models: readonly Mapping[]
}

const TABLES = {
  budgets: 'LiteLLM_BudgetTable',
  teams: 'LiteLLM_TeamTable',
  users: 'LiteLLM_UserTable',
  keys: 'LiteLLM_VerificationToken',
  projects: 'LiteLLM_ProjectTable',
  organizations: 'LiteLLM_OrganizationTable',
  rotated: 'LiteLLM_DeprecatedVerificationToken',
  models: 'LiteLLM_ProxyModelTable',
} as const satisfies Record<keyof LitellmTables, string>

/** A table that there is not: an older LiteLLM has fewer. */
const UNDEFINED_TABLE = '42P01'

/**
 * Read the tables of a LiteLLM database; nothing is written. Rows come as JSON, with whatever columns that release has.
 *
 * @throws Error when `pg` is not installed, or the database cannot be read; never with the password of its address.
 */
export async function readTables(url: string): Promise<LitellmTables> {
  const { Client } = await loadPg()
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  try {
    await client.connect()
    await client.query('SET default_transaction_read_only = on')
    const read = async (table: string): Promise<readonly Mapping[]> => {
      try {
        const { rows } = await client.query<{ row: unknown }>(`SELECT to_json(t) AS row FROM "${table}" t`)
        return rows.flatMap(({ row }) => (isMapping(row) ? [row] : []))
      } catch (error) {
        if ((error as { code?: unknown }).code === UNDEFINED_TABLE) return []
        throw error
      }
    }
    const entries: [string, readonly Mapping[]][] = []
    for (const [name, table] of Object.entries(TABLES)) entries.push([name, await read(table)])
    return Object.fromEntries(entries) as unknown as LitellmTables
  } catch (cause) {
    throw new Error(`the database of LiteLLM cannot be read: ${reasonOf(cause)}`)
  } finally {
    await client.end().catch(() => {})
  }
}

async function loadPg(): Promise<typeof import('pg')> {
  try {
    const { default: pg } = await import('pg')
    return pg
  } catch (cause) {
    throw new Error('reading the database of LiteLLM needs the package pg: npm install pg', { cause })
  }
}

function reasonOf(cause: unknown): string {
  const { code, message } = cause as { code?: unknown; message?: unknown }
  return String(message || code || cause)
}
