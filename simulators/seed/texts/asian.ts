import type { Corpus } from './corpus.ts';

export const HINDI: Corpus = {
  locale: 'hi',
  topics: [
    {
      summary: 'वीपीएन हर {n} मिनट में कट जाता है',
      body: 'सोमवार से घर से काम करते समय वीपीएन हर {n} मिनट में कट जाता है। कृपया जाँच करें।',
      category: 'Network',
      service: 'Remote Access',
    },
    {
      summary: 'प्रिंटर से कागज़ नहीं निकल रहा',
      body: '{n}वीं मंज़िल का प्रिंटर कागज़ फँसा हुआ दिखाता है, जबकि अंदर कागज़ नहीं है।',
      category: 'Workplace',
      service: 'Printing',
    },
    {
      summary: 'खाता लॉक हो गया है',
      body: 'छुट्टी से लौटने के बाद मेरा खाता लॉक है। आज वेतन का काम पूरा करना है।',
      category: 'Access',
      service: 'Directory Account',
    },
  ],
  replies: ['समस्या आज सुबह फिर हुई।', 'धन्यवाद, अब ठीक है।', 'मेरे साथियों को भी यही समस्या है।'],
  answers: ['सूचना के लिए धन्यवाद। यह समस्या कब से है?', 'हमने सेवा फिर से चालू कर दी है, कृपया दोबारा प्रयास करें।'],
  notes: ['पिछले महीने जैसी ही समस्या, पहले गेटवे लॉग देखें।', 'विक्रेता के उत्तर की प्रतीक्षा है।'],
  closings: ['सॉफ़्टवेयर अद्यतन किया गया और उपयोगकर्ता ने पुष्टि की।'],
};

export const JAPANESE: Corpus = {
  locale: 'ja',
  topics: [
    {
      summary: 'VPNが{n}分ごとに切断される',
      body: '月曜日から在宅勤務中にVPNが{n}分ごとに切断されます。毎回サインインが必要です。',
      category: 'Network',
      service: 'Remote Access',
    },
    {
      summary: '{host}に接続できません',
      body: '倉庫の端末から{host}に接続できません。「接続がタイムアウトしました」と表示されます。',
      category: 'Servers',
      service: 'Linux Server',
    },
    {
      summary: '会議室{n}の画面が映らない',
      body: 'どのパソコンをつないでも画面が黒いままです。明日の朝に来客があります。',
      category: 'Workplace',
      service: 'Meeting Room',
    },
  ],
  replies: [
    '今朝もまた発生しました。',
    'ありがとうございます。直りました。',
    '同じ部署の全員が同じ状況です。',
  ],
  answers: [
    'ご連絡ありがとうございます。いつから発生していますか。',
    'サービスを再起動しました。もう一度お試しください。',
  ],
  notes: ['先月と同じ症状。ゲートウェイのログを確認すること。', 'ベンダーの回答待ち。'],
  closings: ['ケーブルを交換し、利用者と動作を確認しました。'],
};

export const CHINESE: Corpus = {
  locale: 'zh',
  topics: [
    {
      summary: 'VPN 每隔 {n} 分钟断开一次',
      body: '从周一开始，在家办公时 VPN 每隔 {n} 分钟就会断开，需要重新登录。',
      category: 'Network',
      service: 'Remote Access',
    },
    {
      summary: '无法打开财务共享盘',
      body: '昨晚维护之后，我们部门所有人都无法在财务共享盘上保存文件。',
      category: 'Storage',
      service: 'File Share',
    },
    {
      summary: '{host} 磁盘空间不足',
      body: '监控显示 {host} 的数据盘已使用 97%，请尽快处理。',
      category: 'Servers',
      service: 'Linux Server',
    },
  ],
  replies: ['今天早上又出现了同样的问题。', '谢谢，现在可以用了。', '请问有进展吗？周五要交报告。'],
  answers: ['感谢您的反馈，请问问题从什么时候开始？', '我们已重启服务，请再试一次。'],
  notes: ['与上个月的故障相同，先检查网关日志。', '等待供应商回复。'],
  closings: ['已清理日志并扩容，用户确认恢复正常。'],
};
