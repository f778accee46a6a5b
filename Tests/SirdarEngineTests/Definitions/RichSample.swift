/// A definition with every key that the language has here. Names that an author chose begin with `my`.
enum RichSample {
    static let text = #"""
        document:
          dsl: '1.0.3'
          namespace: test
          name: rich
          version: 1.2.3
          title: Everything
          summary: All that there is
          tags: { myTag: x }
        metadata: { triageQueue: triage, onExhausted: fault }
        evaluate: { language: jq, mode: strict }
        input:
          schema: { format: json, document: {} }
          from: '${ . }'
        output: { schema: { document: {} }, as: . }
        timeout: myTimeout
        schedule: { on: { any: [ { with: { type: x } } ], until: { all: [ { with: { type: y } } ] } }, read: envelope }
        use:
          timeouts: { myTimeout: { after: { days: 1, hours: 2, minutes: 3, seconds: 4, milliseconds: 5 } } }
          functions: { myFunction: { call: verifyStorage, with: { port: 2049 } } }
          errors:
            myError: { type: 'https://example.org/errors/x', status: 500, title: X, detail: '${ .y }', instance: /x }
          secrets: [mySecret]
          authentications:
            myLogin: { basic: { use: mySecret } }
            myOther: { basic: { username: '${ .user }', password: '${ .word }' } }
            myToken: { bearer: { token: '${ .token }' } }
            myClient:
              oauth2:
                authority: https://id.example
                endpoints: { token: /tokens }
                grant: client_credentials
                client: { id: sirdar, secret: '${ .secret }', authentication: client_secret_basic }
                request: { encoding: application/json }
                scopes: [read]
                audiences: [studio]
            myDiscovered: { oidc: { use: mySecret } }
          retries:
            myRetry:
              when: '${ $error.status == 503 }'
              exceptWhen: .stop
              delay: { seconds: 2 }
              backoff: { exponential: {} }
              jitter: { from: PT0S, to: PT1S }
              limit: { attempt: { count: 5 }, duration: PT1H }
        do:
          - myCall:
              if: .go
              input: { schema: { document: {} }, from: .x }
              call: createMachine
              with: { image: '${ .image }', project: x }
              output: { schema: { document: {} }, as: '${ .id }' }
              export: { schema: { document: {} }, as: '$context + { id: . }' }
              timeout: { after: PT1H }
              metadata:
                title: Make a machine
                skippable: true
                onExhausted: askPerson
                retry: myRetry
                compensation: { call: deleteMachine, with: { machine: '${ $output.id }' }, retry: { delay: PT1S } }
              then: continue
          - myRequest:
              input: { from: '${ { token: $secrets.mySecret, id: .id } }' }
              call: http
              with:
                method: post
                endpoint: { uri: 'https://api.example/{id}', authentication: { use: myLogin } }
                headers: { myHeader: '${ .token }' }
                query: { myQuery: '${ .id }' }
                body: { myBody: '${ . }' }
                output: response
                redirect: true
          - myCheck: { call: myFunction, with: { machine: x, address: y } }
          - myValues: { set: { myValue: 1 } }
          - myChoice:
              switch:
                - myCase: { when: '.a == 1', then: myLoop }
                - myDefault: { then: myLoop }
          - myLoop:
              for: { each: pet, in: '${ .pets }', at: position }
              while: $position < 3
              do:
                - myPet: { set: { myPet: '${ $pet }' } }
          - myFork:
              fork:
                compete: true
                branches:
                  - myFirst: { wait: PT1S }
                  - mySecond: { wait: { seconds: 5 } }
          - myTry:
              try:
                - myTried: { raise: { error: myError } }
              catch:
                errors:
                  with: { type: 'https://example.org/errors/x', status: 500, instance: /x, title: X, detail: Y }
                as: problem
                when: $problem.status == 500
                exceptWhen: '${ false }'
                retry: { delay: PT1S, backoff: { linear: {} }, limit: { attempt: { duration: PT1M } } }
                then: myRun
                do:
                  - myOther: { raise: { error: { type: 'https://example.org/y', status: '${ 400 }', title: Y } } }
          - myEmit:
              emit:
                event:
                  with:
                    id: x
                    source: /x
                    type: x
                    time: '2026-11-23T09:00:00Z'
                    subject: x
                    datacontenttype: application/json
                    dataschema: https://example.org/x
                    mytenant: x
                    data: { myData: 1 }
          - myListen:
              listen:
                to:
                  one:
                    with: { type: x, data: { myData: 1 } }
                    correlate: { myOrder: { from: .data.order, expect: '${ .order }' } }
                read: raw
              foreach:
                item: heard
                at: place
                do:
                  - myHeard: { set: { myHeard: '${ $heard }', myPlace: '${ $place }' } }
                output: { schema: { document: {} }, as: . }
                export: { schema: { document: {} }, as: . }
              timeout: { after: PT1H }
          - myRun:
              run:
                await: true
                return: none
                workflow: { namespace: sherpa.images, name: copy-image, version: 1.1.0, input: { myInput: 1 } }
          - myManual:
              call: manual
              with:
                title: Do it
                queue: image-reconfiguration
                skills: [storage]
                priority: high
                runbook: reconfigure-shared-storage
                due: { after: PT4H, atRisk: PT1H, calendar: support-hours }
                form:
                  storageAddress: { type: ip, label: X, help: Y, required: true, within: 10.0.0.0/8, not: [10.0.0.9] }
                  myText: { type: string, default: a, pattern: '^[a-z]$', maxLength: 5 }
                  myChoice: { type: choice, options: [a, b] }
                  myNumber: { type: integer, minimum: 1, maximum: 5 }
                outcomes: [done, notDone]
                separation: { not: [requester] }
                skippable: true
                about: { myMachine: '${ .machine }' }
                verify:
                  call: verifyStorage
                  with: { machine: x, address: '${ $form.storageAddress }' }
                  retry: myRetry
                review: { by: another, skills: [storage], when: '${ $form.myNumber > 3 }' }
        """#
}
