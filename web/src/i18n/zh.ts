/** Every text of the interface, in Simplified Chinese. */
import { formatNumber } from '../format/number'
import type { Messages } from './en'
import { account } from './zhAccount'
import { event } from './zhEvent'
import { gate } from './zhGate'
import { logs } from './zhLogs'
import { requests } from './zhRequests'

const date = (day: number, month: number, year?: number) =>
  `${year === undefined ? '' : `${year}年`}${month}月${day}日`

export const zh: Messages = {
  locale: 'zh-CN',

  days: { today: '今天', yesterday: '昨天', heading: date, short: date },

  words: {
    success: '成功',
    error: '错误',
    failure: '失败',
    denied: '拒绝',
    debug: '调试',
    info: '信息',
    warning: '警告',
    critical: '严重',
    call: '调用',
    top_up: '充值',
    refund: '退款',
    playground: '体验区',
    virtual_key: '虚拟密钥',
    per_token: '按 token',
    per_call: '按次',
    subscription: '订阅',
    free: '免费',
    reported: '上报',
    priced: '按价目计算',
    estimated: '估算',
    member: '成员',
    system_user: '系统用户',
    api_key: 'API 密钥',
    system: '系统',
    create: '创建',
    modify: '修改',
    delete: '删除',
    enable: '启用',
    disable: '停用',
    login: '登录',
    export: '导出',
    upload: '上传',
    publish: '发布',
    import_dsl: '导入 DSL',
    export_dsl: '导出 DSL',
    enable_web_app: '启用 Web 应用',
    disable_web_app: '停用 Web 应用',
    enable_api: '启用 API',
    disable_api: '停用 API',
    modify_web_app_access: '修改 Web 应用访问权限',
    modify_access: '修改访问权限',
    modify_configuration: '修改配置',
    invite: '邀请',
    modify_password: '修改密码',
    bind_2fa: '绑定双因素认证',
    enable_2fa: '启用双因素认证',
    disable_2fa: '停用双因素认证',
    generate_backup_code: '生成备用码',
  },

  app: {
    name: 'Daybook',
    skip: '跳到页面内容',
    navigation: '主导航',
    logs: '日志',
    settings: '设置',
    collapse: '收起导航',
    expand: '展开导航',
    openMenu: '打开导航',
    closeMenu: '关闭导航',
    demo: '演示',
    demoHint: '生成的数据，停止后即删除',
    account: (email) => `${email} 的账号`,
    signOut: '退出登录',
    theme: '外观',
    themes: { light: '浅色', dark: '深色', auto: '跟随系统' },
    language: '语言',
    shortcuts: '键盘快捷键',
    version: (version) => `版本 ${version}`,
  },

  roles: {
    super_admin: '超级管理员',
    billing_admin: '计费管理员',
    auditor: '审计员',
    user: '用户',
  },

  pages: {
    requests: '请求',
    exports: '下载',
    account: '我的账号',
    users: '用户与角色',
    keys: 'API 密钥',
    signIn: '登录设置',
    verify: '校验',
    evidence: '证据',
  },

  streams: {
    audit: '审计日志',
    usage: '用量日志',
    auth: '认证日志',
    system: '系统事件',
  },

  requests,
  gate,
  account,
  durations: {
    seconds: (count) => `${formatNumber(count)} 秒`,
    minutes: (count) => `${formatNumber(count)} 分钟`,
    hours: (count) => `${formatNumber(count)} 小时`,
  },

  ask: {
    cancel: '取消',
    close: '关闭',
    done: '完成',
    save: '保存',
    saved: '已保存',
    copy: '复制',
    loading: '正在加载…',
  },

  errors: {
    retry: '重试',
    reset: '重置视图',
    removeFilter: (field) => `移除“${field}”筛选`,
    title: '无法加载事件',
    badQuery: '此视图的查询条件 Daybook 不认识',
    forbidden: '你的角色无权访问',
    forbiddenHint: '请管理员授予可以阅读这些日志的角色。',
    pageForbidden: '你的账号正常，但其角色不能打开此页面。如有需要，请管理员更换角色。',
    notFound: '此地址没有页面',
    notFoundHint: '请检查地址，或前往日志。',
    toLogs: '前往日志',
    crashed: '页面显示出错',
    crashedHint: '请重新加载。若再次出错，请把下面的内容告诉管理员：',
    reload: '重新加载',
    throttled: (wait) => `尝试次数过多。请等待 ${wait}后重试。`,
    server: 'Daybook 返回了错误。请重试；若仍然出错，请查看服务器日志。',
    busy: 'Daybook 正忙或正在启动，请稍后重试。',
    requestId: (id) => `请求 ${id}`,
    offline: '与 Daybook 的连接已断开，正在重试…',
    copyFailed: '浏览器不允许复制。',
  },

  shortcuts: {
    title: '键盘快捷键',
    search: '聚焦搜索框',
    next: '下一个事件',
    previous: '上一个事件',
    open: '打开标记的事件',
    close: '关闭面板或离开搜索',
    help: '显示此列表',
    click: '点击值：只看此值',
    altClick: '点击值：排除此值',
    closeHelp: '关闭',
  },

  ...logs,
  ...event,
}
