import { Hono } from 'hono'
import type { PageEnv } from '../../kit/api-env.ts'
import { changePage } from './change-page.tsx'
import { listPage } from './list-page.tsx'
import { newPage } from './new-page.tsx'
import { webhookPage } from './webhook-page.tsx'

/** Who is told what happens, for administrators. */
export const webhookPages = new Hono<PageEnv>()

webhookPages.route('/', listPage)
webhookPages.route('/', newPage)
webhookPages.route('/', webhookPage)
webhookPages.route('/', changePage)
