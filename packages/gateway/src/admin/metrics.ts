import { defineStage, type Stage } from '@tollgate/kit/core'
import type { Registry } from 'prom-client'

/** What Prometheus scrapes: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export const metrics = (registry: Registry, collect: () => Promise<void>): Stage =>
  defineStage({
    name: 'metrics',
    handle: async function metrics(_req, res) {
      await collect()
      const text = await registry.metrics()
      res.writeHead(200, { 'content-type': registry.contentType })
      res.end(text)
    },
  })
