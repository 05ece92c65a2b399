import { budgetReserve, identify, sqliteLedger, tollgateErrors, usageReconcile } from '@tollgate/kit'
import type { Ledger } from '@tollgate/kit/ledger'
import express, { type Express, type RequestHandler } from 'express'
import type OpenAI from 'openai'

/** What every user may spend: one cent a day, so that you see the end of it. */
export const openLedger = (file: string): Ledger =>
  sqliteLedger(file, { budgets: [{ per: 'user', limit_usd: '0.01', period: 'daily' }] })

/** Your login. Yours looks at a session; this one believes a header. */
const requireLogin: RequestHandler = (req, res, next) => {
  const id = req.get('x-user')
  if (!id) return void res.status(401).json({ error: 'Sign in first.' })
  Object.assign(req, { user: { id } })
  next()
}

/** A service as it was, and the one line that gives each of its users a budget. */
export function createApp({ ledger, openai }: { ledger: Ledger; openai: OpenAI }): Express {
  const app = express()

  // What you have.
  app.use(express.json(), requireLogin)

  // What you add.
  app.use(
    '/chat',
    identify((req) => ({ user: req.user.id })),
    budgetReserve({ ledger }),
    usageReconcile({ ledger }),
  )

  // Unchanged.
  app.post('/chat', async (req, res) => res.json(await openai.chat.completions.create(req.body)))

  // Optional: what your handlers throw is answered in the same words as what Tollgate refuses.
  app.use(tollgateErrors())
  return app
}
