import { changePage } from './change-page.tsx'
import { listPage } from './list-page.tsx'
import { newPage } from './new-page.tsx'
import { webhookPage } from './webhook-page.tsx'

/** Who is told what happens, for administrators. `new` comes before the webhooks: it is none of their ids. */
export const webhookPages = [listPage, newPage, webhookPage, changePage]
