import { createHash } from 'node:crypto'
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** A column that other columns default to is left out: a row says what matters to it. */
const TABLES = `
  CREATE TABLE "LiteLLM_BudgetTable" (
    budget_id text PRIMARY KEY, max_budget float8, soft_budget float8, max_parallel_requests int, tpm_limit bigint,
    rpm_limit bigint, model_max_budget jsonb, budget_duration text, budget_reset_at timestamp);
  CREATE TABLE "LiteLLM_OrganizationTable" (organization_id text PRIMARY KEY, organization_alias text, budget_id text);
  CREATE TABLE "LiteLLM_TeamTable" (
    team_id text PRIMARY KEY, team_alias text, organization_id text, metadata jsonb DEFAULT '{}', max_budget float8,
    soft_budget float8, spend float8 DEFAULT 0, models text[] DEFAULT '{}', max_parallel_requests int, tpm_limit bigint,
    rpm_limit bigint, budget_duration text, blocked bool DEFAULT false, model_max_budget jsonb DEFAULT '{}');
  CREATE TABLE "LiteLLM_ProjectTable" (
    project_id text PRIMARY KEY, project_alias text, team_id text, budget_id text, spend float8 DEFAULT 0);
  CREATE TABLE "LiteLLM_UserTable" (
    user_id text PRIMARY KEY, user_alias text, team_id text, teams text[] DEFAULT '{}', max_budget float8,
    spend float8 DEFAULT 0, user_email text, models text[] DEFAULT '{}', tpm_limit bigint, rpm_limit bigint,
    budget_duration text);
  CREATE TABLE "LiteLLM_VerificationToken" (
    token text PRIMARY KEY, key_name text, key_alias text, spend float8 DEFAULT 0, expires timestamp,
    models text[] DEFAULT '{}', aliases jsonb DEFAULT '{}', user_id text, team_id text, project_id text,
    permissions jsonb DEFAULT '{}', max_parallel_requests int, metadata jsonb DEFAULT '{}', blocked bool,
    tpm_limit bigint, rpm_limit bigint, max_budget float8, budget_duration text, allowed_routes text[] DEFAULT '{}',
    budget_id text);
  CREATE TABLE "LiteLLM_DeprecatedVerificationToken" (
    id text PRIMARY KEY, token text UNIQUE, active_token_id text, revoke_at timestamp);
`

export interface LitellmDatabase {
  readonly url: string
  close(): Promise<void>
}

/** A database as LiteLLM makes one, on a socket of its own. @param rows statements that fill it. */
export async function litellmDatabase(rows: string): Promise<LitellmDatabase> {
  const db = await PGlite.create()
  await db.exec(TABLES + rows)
  const server = new PGLiteSocketServer({ db, port: 0, host: '127.0.0.1' })
  await server.start()
  return {
    url: `postgresql://postgres:the-password@${server.getServerConn()}/postgres`,
    async close() {
      await server.stop()
      await db.close()
    },
  }
}
