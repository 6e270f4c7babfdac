"""The reviewer's web app: the exception queue in a browser, server-rendered, without any outside address."""
