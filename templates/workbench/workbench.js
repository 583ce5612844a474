// 工作台各页共用：发请求、提示、登录退出、上传核对。只用本机的接口。
let csrf = document.querySelector('meta[name="csrf"]')?.content ?? ''
const who = document.querySelector('meta[name="who"]')?.content ?? ''
const notice = document.getElementById('notice')

export function tell (text, kind = '') {
  notice.textContent = text
  notice.className = `notice ${kind}`
  notice.hidden = !text
  if (text && kind === 'error') notice.scrollIntoView({ block: 'nearest' })
}

// 登录过期、程序关了：没有送到的留在本页，等接上了再送，不丢
let waiting
function back (reason) {
  waiting ??= (async () => {
    notice.replaceChildren(`${reason}刚才的修改还没有送到，留在本页；接上后自动送去，请不要关闭本页。`, ...(reason.startsWith('登录') ? [element('a', { href: '/login', target: '_blank', rel: 'noopener' }, '在新窗口登录')] : []))
    notice.className = 'notice error'
    notice.hidden = false
    notice.scrollIntoView({ block: 'nearest' })
    for (;;) {
      await new Promise(resolve => setTimeout(resolve, 2000))
      try {
        const response = await fetch('/evaluate')
        if (!response.ok || new URL(response.url).pathname !== '/evaluate') continue
        const page = new DOMParser().parseFromString(await response.text(), 'text/html')
        if (page.querySelector('meta[name="who"]')?.content !== who) {
          notice.textContent = `现在登录的不是${who}。没有送到的修改是${who}的：请以${who}登录。`
          continue
        }
        csrf = page.querySelector('meta[name="csrf"]').content
        tell('已经接上。', 'good')
        waiting = undefined
        return
      } catch { /* 还连不上 */ }
    }
  })()
  return waiting
}
addEventListener('beforeunload', event => { if (waiting) event.preventDefault() })

// 发请求；不成时抛出 {status, title, problems, conflicts}
export async function send (method, path, body, signal) {
  const plain = body !== undefined && !(body instanceof FormData)
  const content = plain ? JSON.stringify(body) : body
  let response
  let data
  let again = false
  for (;;) {
    try {
      response = await fetch(path, { method, headers: { 'X-CSRF-Token': csrf, ...(plain ? { 'Content-Type': 'application/json' } : {}) }, body: content, signal })
      data = response.headers.get('content-type')?.includes('json') ? await response.json() : await response.text()
    } catch (error) {
      if (error.name === 'AbortError') throw error
      if (method === 'GET' || !plain) throw Object.assign(new Error('连不上工作台：程序可能已经关闭。重新启动后再试。'), { status: 0, problems: [] })
      await back('连不上工作台：程序可能已经关闭。')
      continue
    }
    if (response.status === 401) await back('登录已过期。')
    else if (response.status === 403 && !again && data.title?.includes('校验码')) { again = true; await back('登录换过了。') } else break
  }
  if (!response.ok) throw Object.assign(new Error(data.title ?? '出错了'), { problems: [], ...data, status: response.status })
  return data
}

export function element (name, attributes = {}, ...children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value)
    else if (key === 'class') made.className = value
    else if (value === true) made.setAttribute(key, '')
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value)
  }
  made.append(...children.filter(child => child !== null && child !== undefined))
  return made
}

export function listed (problems) {
  return element('ul', { class: 'problems' }, ...problems.map(one => element('li', {}, one.text ?? `${one.path ?? ''} ${one.message}`)))
}

export async function working (button, work) {
  button.disabled = true
  button.classList.add('working')
  try {
    return await work()
  } catch (error) {
    tell([error.message, ...(error.problems ?? []).slice(0, 20).map(one => one.text ?? one.message)].filter((line, n, all) => all.indexOf(line) === n).join('\n'), 'error')
    return undefined
  } finally {
    button.disabled = false
    button.classList.remove('working')
  }
}

// 要做一会儿的事：说做到哪里了，可以取消；做成了给结果，取消了给 undefined
export async function job (path, body) {
  let now = await send('POST', path, body)
  const stop = element('button', { type: 'button', onclick: () => { stop.disabled = true; send('DELETE', `/api/v1/jobs/${now.id}`) } }, '取消')
  const told = element('span', { role: 'status' })
  const began = Date.now()
  notice.replaceChildren(told, ' ', stop)
  notice.className = 'notice'
  notice.hidden = false
  while (!['done', 'failed', 'cancelled'].includes(now.state)) {
    told.textContent = `${now.title}：${now.state === 'waiting' ? `等着，前面还有 ${now.ahead} 件` : `${now.what}${now.of ? `，${now.done}/${now.of}` : ''}`}（${Math.round((Date.now() - began) / 1000)} 秒）`
    await new Promise(resolve => setTimeout(resolve, 400))
    now = await send('GET', `/api/v1/jobs/${now.id}`)
  }
  tell(now.state === 'cancelled' ? `${now.title}：取消了，没有改动。` : '')
  if (now.state === 'failed') throw Object.assign(new Error(now.problems[0]?.text ?? '没有做成'), { problems: now.problems })
  return now.state === 'done' ? await send('GET', `/api/v1/jobs/${now.id}/result`) : undefined
}

document.querySelector('[data-sign-out]')?.addEventListener('click', async event => {
  await working(event.target, () => send('POST', '/logout'))
  location.href = '/login'
})

document.querySelector('[data-new]')?.addEventListener('submit', async event => {
  event.preventDefault()
  const form = event.target
  if (!/^[a-z0-9][a-z0-9_-]*\/[a-z0-9][a-z0-9_-]*$/.test(form.elements.id.value.trim())) {
    form.elements.id.setAttribute('aria-invalid', 'true')
    form.elements.id.focus()
    tell('新编号写成“地区/年度”：小写字母、数字、连字符，如 hubei/2023。', 'error')
    return
  }
  const made = await working(form.querySelector('button'), () => send('POST', '/api/v1/policies', { id: form.elements.id.value.trim(), parent: form.elements.parent.value }))
  if (made) location.href = `/policies/${made.id}/edit`
})

const evaluating = document.querySelector('[data-evaluate]')
if (evaluating) {
  const input = evaluating.elements.files
  const drop = evaluating.querySelector('[data-drop]')
  const names = evaluating.querySelector('[data-files]')
  const shown = () => names.replaceChildren(...Array.from(input.files, file => element('li', {}, `${file.name}（${Math.ceil(file.size / 1024)} KB）`)))
  input.addEventListener('change', shown)
  for (const name of ['dragenter', 'dragover']) drop.addEventListener(name, event => { event.preventDefault(); drop.classList.add('over') })
  for (const name of ['dragleave', 'drop']) drop.addEventListener(name, () => drop.classList.remove('over'))
  drop.addEventListener('drop', event => { event.preventDefault(); input.files = event.dataTransfer.files; shown() })
  let busy = false // 按两次回车也只有一份结果：送去了就不再送，直到换了页
  const judge = async (button, body) => {
    if (busy) return
    busy = true
    const made = await working(button, () => send('POST', '/api/v1/results', body))
    if (!made) { busy = false; return }
    button.disabled = true
    location.href = made.others.length ? '/evaluate#done' : `/results/${made.id}`
    if (made.others.length) location.reload()
  }
  evaluating.addEventListener('submit', event => {
    event.preventDefault()
    if (busy) return
    if (!input.files.length) { tell('先选择或拖入自评表文件。', 'error'); input.focus(); return }
    tell('正在读表、计分、核对……')
    judge(evaluating.querySelector('button.main'), new FormData(evaluating))
  })
  evaluating.querySelector('[data-examples]')?.addEventListener('click', event => {
    tell('正在读例表……')
    const body = new FormData()
    body.append('examples', 'true')
    body.append('policy', evaluating.elements.policy.value)
    judge(event.target, body)
  })
}

for (const button of document.querySelectorAll('[data-restore]')) {
  button.addEventListener('click', async () => {
    const made = await working(button, () => send('POST', button.dataset.restore, { revision: Number(button.dataset.revision) }))
    if (made) location.href = button.dataset.then
  })
}

document.querySelector('[data-keep]')?.addEventListener('click', async event => {
  const kept = await working(event.target, () => send('POST', `/api/v1/results/${event.target.dataset.keep}/keep`))
  if (kept) tell('已保留。修改政策时可以选它试算。', 'good')
})
