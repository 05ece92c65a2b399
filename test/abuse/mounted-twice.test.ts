import { budgetReserve, usageReconcile } from '@tollgate/kit'
import express from 'express'
import { expect, it } from 'vitest'
import { PATIENCE, question } from '../support/handlers.ts'
import { existingService, whoever } from '../support/service.ts'

it('budget-reserve that is mounted twice on one way refuses, calls nobody and holds nothing', async () => {
  const service = await existingService({
    routes: (app, { options, openai }) => {
      app.use(express.json(), whoever, budgetReserve(options))
      app.post('/chat', budgetReserve(options), usageReconcile(options), async (req, res) => {
        res.json(await openai.chat.completions.create(req.body))
      })
    },
  })
  const answer = await service.post('/chat', question)
  expect(answer.status).toBe(500)
  expect(await answer.json()).toMatchObject({ error: { code: 'misassembled' } })
  expect(service.provider.requests).toHaveLength(0)
  await expect.poll(service.books, PATIENCE).toMatchObject({ spent: 0, reserved: 0, unconfirmed: 0 })
})
