<?php
/**
 * Keys and certificates for one test, made by openssl and removed with it:
 *
 *     $tls = tls();          // a folder with, beside the keys (*.key):
 *                            // ca.pem; server.pem for localhost and 127.0.0.1; client.pem; self.pem, which has issued itself; locked.key: server.key with the
 *                            // passphrase "sesame"
 */
function tls(): string
{
    $folder = sys_get_temp_dir() . '/swoole-tls-' . getmypid();
    mkdir($folder);
    $pid = getmypid();
    register_shutdown_function(function () use ($folder, $pid) {
        if (getmypid() === $pid) {
            array_map('unlink', glob("$folder/*"));
            rmdir($folder);
        }
    });
    $key = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -days 2';
    $names = 'subjectAltName=DNS:localhost,IP:127.0.0.1';
    file_put_contents("$folder/server.ext", "$names\nextendedKeyUsage=serverAuth\n");
    file_put_contents("$folder/client.ext", "extendedKeyUsage=clientAuth\n");
    $commands = [
        "req -x509 $key -keyout ca.key -out ca.pem -subj /CN=test-ca",
        "req -x509 $key -keyout self.key -out self.pem -subj /CN=localhost -addext $names",
        'pkcs8 -topk8 -in server.key -out locked.key -passout pass:sesame',
    ];
    foreach (['server', 'client'] as $who) {
        array_splice($commands, 2, 0, [
            "req -new $key -keyout $who.key -out $who.csr -subj /CN=$who",
            "x509 -req -in $who.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -sha256 -extfile $who.ext -out $who.pem",
        ]);
    }
    foreach ($commands as $command) {
        exec("cd $folder && openssl $command 2>&1", $output, $status);
        $status === 0 || throw new RuntimeException(implode("\n", $output));
    }
    return $folder;
}
