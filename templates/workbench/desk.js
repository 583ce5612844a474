// 成批核对：交来文件、进展、取消、带走的文件、看过的标记。没有脚本时各页照样能看。
import { element, send, tell, working } from './workbench.js'

const STATES = { waiting: '等着', running: '正在做', done: '做完了', failed: '没有做成', cancelled: '取消了' }
const ENDED = ['done', 'failed', 'cancelled']
const told = job => `${STATES[job.state]}${job.state === 'waiting' && job.ahead ? `，前面还有 ${job.ahead} 件` : job.state === 'running' && job.what ? `：${job.what}${job.of ? `，${job.done}/${job.of}` : ''}` : job.problems.length ? `：${job.problems[0].text}` : ''}`

// ---- 交来 ------------------------------------------------------------------------------------------------------

const batch = document.querySelector('[data-batch]')
if (batch) {
  const drop = batch.querySelector('[data-drop]')
  const chosen = batch.querySelector('[data-chosen]')
  let files = []
  let title = ''
  const take = (found, name = '') => {
    files = found.filter(([path, file]) => file.size && !path.split('/').some(step => step.startsWith('.') || step.startsWith('~$')))
    title = name
    const size = files.reduce((sum, [, file]) => sum + file.size, 0)
    chosen.textContent = files.length ? `${name || files[0][0]}${files.length > 1 ? `等 ${files.length} 个文件` : ''}，共 ${(size / 1e6).toFixed(1)} MB` : '没有能读的文件。'
  }
  for (const input of batch.querySelectorAll('[data-input]')) {
    input.addEventListener('change', () => {
      const found = Array.from(input.files, file => [file.webkitRelativePath || file.name, file])
      if (found.length) take(found, input.id === 'folder' ? found[0][0].split('/')[0] : '')
    })
  }
  for (const name of ['dragenter', 'dragover']) drop.addEventListener(name, event => { event.preventDefault(); drop.classList.add('over') })
  for (const name of ['dragleave', 'drop']) drop.addEventListener(name, () => drop.classList.remove('over'))
  drop.addEventListener('drop', async event => {
    event.preventDefault()
    const entries = Array.from(event.dataTransfer.items, item => item.webkitGetAsEntry?.()).filter(Boolean)
    const found = []
    for (const entry of entries) await walk(entry, found)
    take(found, entries.length === 1 && entries[0].isDirectory ? entries[0].name : '')
  })
  let busy = false
  batch.addEventListener('submit', async event => {
    event.preventDefault()
    if (busy) return
    if (!files.length) { tell('先选择或拖入文件、文件夹或压缩包。', 'error'); batch.querySelector('#files').focus(); return }
    busy = true
    const body = new FormData()
    for (const [path, file] of files) body.append('files', file, path)
    body.append('policy', batch.elements.policy.value)
    body.append('title', title)
    tell(`正在送去 ${files.length} 个文件……`)
    const made = await working(batch.querySelector('button.main'), () => send('POST', '/api/v1/jobs', body))
    if (made) location.href = `/jobs/${made.id}`
    else busy = false
  })
}

// 拖来的文件夹：里面的都算
async function walk (entry, found) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject))
    found.push([entry.fullPath.replace(/^\//, ''), file])
  } else {
    const reader = entry.createReader()
    for (;;) {
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject))
      if (!some.length) return
      for (const one of some) await walk(one, found)
    }
  }
}

// ---- 进展 ------------------------------------------------------------------------------------------------------

async function watch () {
  const open = Array.from(document.querySelectorAll('[data-job]')).filter(one => !ENDED.includes(one.dataset.state))
  for (const one of open) {
    let job
    try {
      job = await send('GET', `/api/v1/jobs/${one.dataset.job}`)
    } catch (error) {
      if (error.status === 404) location.reload()
      continue
    }
    one.textContent = told(job)
    one.dataset.state = job.state
    const bar = document.querySelector('[data-progress]')
    if (bar && job.of) { bar.max = job.of; bar.value = job.done } else bar?.removeAttribute('value')
    if (ENDED.includes(job.state)) { location.reload(); return }
  }
  if (open.length) setTimeout(watch, 1000)
}
watch()

for (const button of document.querySelectorAll('[data-cancel]')) {
  button.addEventListener('click', async () => {
    const ended = button.dataset.ended === 'yes'
    if (ended && !confirm('连同结果和文件一起删去？')) return
    const done = await working(button, () => send('DELETE', `/api/v1/jobs/${button.dataset.cancel}`))
    if (!done) return
    if (ended && location.pathname === `/jobs/${button.dataset.cancel}`) location.href = '/desk'
    else setTimeout(() => location.reload(), 600)
  })
}

// ---- 带走的文件、留着、看过 -------------------------------------------------------------------------------------

for (const button of document.querySelectorAll('[data-make]')) {
  button.addEventListener('click', async () => {
    const job = await working(button, () => send('POST', `/api/v1/jobs/${button.dataset.of}/files`, { kind: button.dataset.make }))
    if (!job) return
    document.querySelector('[data-made]').prepend(element('li', {}, `${job.title}：`, element('span', { 'data-job': job.id, 'data-state': job.state }, told(job))))
    watch()
  })
}

document.querySelector('[data-keep-job]')?.addEventListener('click', async event => {
  const kept = await working(event.target, () => send('PUT', `/api/v1/jobs/${event.target.dataset.keepJob}/kept`))
  if (kept) location.reload()
})

for (const box of document.querySelectorAll('[data-seen]')) {
  box.addEventListener('change', async () => {
    try {
      await send('PUT', box.dataset.seen, { seen: box.checked })
    } catch (error) {
      box.checked = !box.checked
      tell(error.message, 'error')
    }
  })
}
